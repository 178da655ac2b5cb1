/** What we use of WebAssembly; the DOM library would bring much more than that into scope. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
}

/** The timed and the observed variant of a run loop: the same source, compiled otherwise (scripts/variants.mjs). */
declare module '*execute.ts?timed=true' {
  // Of every instruction set: the plain variant beside it says what it takes.
  export const execute: (core: unknown, blocks: unknown) => import('./cpu/leave.ts').Leave;
}
declare module '*execute.ts?observed=true' {
  // Of every instruction set: the plain variant beside it says what it takes.
  export const execute: (core: unknown, blocks: unknown) => import('./cpu/leave.ts').Leave;
}
