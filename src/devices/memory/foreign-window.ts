/**
 * A window where this board has nothing and another board, which runs the same images, has a device: whoever
 * touches it was probably built for the other one. It reads as zero and takes writes, and it tells.
 */
import type { AccessWidth, Device } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';

export interface ForeignWindowOptions {
  name: string;
  sizeBytes: number;
  /** Called with the offset of each access. */
  touched(offset: number): void;
}

export class ForeignWindow implements Device {
  readonly name: string;
  readonly sizeBytes: number;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = false;
  readonly #touched: (offset: number) => void;

  constructor(options: ForeignWindowOptions) {
    this.name = options.name;
    this.sizeBytes = options.sizeBytes;
    this.#touched = options.touched;
  }

  reset(): void {}

  read(offset: number, _width: AccessWidth): number {
    this.#touched(offset);
    return 0;
  }

  peek(_offset: number, _width: AccessWidth): number {
    return 0;
  }

  write(offset: number, _width: AccessWidth, _value: number): void {
    this.#touched(offset);
  }

  onEvent(_kind: number): void {}

  snapshot(): State {
    return {};
  }

  restore(_state: State): void {}
}
