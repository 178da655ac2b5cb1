/** A device that keeps nothing itself: a window to something else, or to nothing. It takes every width. */
import type { AccessWidth, Device } from './device.ts';
import type { State } from './state.ts';

export abstract class StatelessDevice implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths: number = 1 | 2 | 4;
  readonly writeWidths: number = 1 | 2 | 4;
  readonly unaligned: boolean = false;

  constructor(name: string, sizeBytes: number) {
    this.name = name;
    this.sizeBytes = sizeBytes;
  }

  abstract read(offset: number, width: AccessWidth): number;
  abstract write(offset: number, width: AccessWidth, value: number): void;

  /** Zero where nobody says otherwise. */
  peek(_offset: number, _width: AccessWidth): number {
    return 0;
  }

  reset(): void {}

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {};
  }

  restore(_state: State): void {}
}
