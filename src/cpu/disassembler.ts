/**
 * What every architecture's disassembler offers to the commands and reports that print instructions, so that
 * they need not know which architecture they print.
 */

export interface DisassembleOptions {
  /** Whether pseudo-instructions stand for what they mean (`ret`, `li`); true unless said otherwise. */
  readonly aliases?: boolean;
  /** Name of a branch target, printed behind its address: `main+0x4`. */
  readonly symbol?: (address: number) => string | undefined;
  /**
   * What the instructions before leave to this one: `context` of the one before it, or 0, which is none. Only Arm's
   * IT blocks leave anything: it is ITSTATE.
   */
  readonly context?: number;
}

export interface Disassembly {
  /** Mnemonic and operands as objdump prints them, with one blank between: `addi sp,sp,-16`. */
  readonly text: string;
  /** Length of the instruction in bytes. */
  readonly length: number;
  /** What it leaves to the instruction behind it; 0 for an architecture whose instructions stand alone. */
  readonly context: number;
  /** Whether it may change registers other than the general ones and the flags, and so a trace has to look. */
  readonly writesSpecial: boolean;
}

/** What the disassembler of one architecture says besides, where the architecture is known. */
export interface DisassemblyOfRow<Row> extends Disassembly {
  readonly length: 2 | 4;
  /** Undefined for an encoding that is no instruction of these extensions. */
  readonly row: Row | undefined;
}

export interface OptionsWithExtensions<Extension> extends DisassembleOptions {
  /** What is an instruction; keep one set and pass it again, a decoder is made for each. */
  readonly extensions: ReadonlySet<Extension>;
}

export interface Disassembler {
  /**
   * @param word the four bytes at `address`, little-endian; where fewer are left, the missing ones are zero.
   * @returns the instruction, or a data directive for what is none.
   */
  disassemble(word: number, address: number, options?: DisassembleOptions): Disassembly;
}

/** A decoder for a set of extensions, made when the set is first met. */
export function decodersBySet<Extension, Decoder>(
  make: (extensions: ReadonlySet<Extension>) => Decoder,
): (extensions: ReadonlySet<Extension>) => Decoder {
  const decoders = new WeakMap<ReadonlySet<Extension>, Decoder>();
  return (extensions) => {
    let decoder = decoders.get(extensions);
    if (!decoder) decoders.set(extensions, (decoder = make(extensions)));
    return decoder;
  };
}

/** An address in a text: `8000 <main+0x4>`, unsigned. */
export function placeText(address: number, symbol: DisassembleOptions['symbol']): string {
  const name = symbol?.(address >>> 0);
  return (address >>> 0).toString(16) + (name === undefined ? '' : ` <${name}>`);
}
