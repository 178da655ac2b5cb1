/**
 * A window where this board has nothing and another board, which runs the same images, has a device: whoever
 * touches it was probably built for the other one. It reads as zero and takes writes, and it tells.
 */
import type { AccessWidth } from '../../bus/device.ts';
import { StatelessDevice } from '../../bus/stateless-device.ts';

export interface ForeignWindowOptions {
  name: string;
  sizeBytes: number;
  /** Called with the offset of each access. */
  touched(offset: number): void;
}

export class ForeignWindow extends StatelessDevice {
  readonly #touched: (offset: number) => void;

  constructor(options: ForeignWindowOptions) {
    super(options.name, options.sizeBytes);
    this.#touched = options.touched;
  }

  read(offset: number, _width: AccessWidth): number {
    this.#touched(offset);
    return 0;
  }

  write(offset: number, _width: AccessWidth, _value: number): void {
    this.#touched(offset);
  }
}
