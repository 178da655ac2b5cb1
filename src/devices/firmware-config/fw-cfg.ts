/**
 * QEMU's firmware configuration device (fw_cfg): the guest selects an item by number and reads its bytes one
 * after the other. Items are what the board hands in; DMA is not offered, and the interface version says so.
 *
 * Source: QEMU Firmware Configuration (fw_cfg) Device, docs/specs/fw_cfg.txt, "Guest-side Hardware Interface".
 */
import type { AccessWidth, Device, DeviceContext } from '../../bus/device.ts';
import type { State } from '../../bus/state.ts';

export interface FwCfgOptions {
  name: string;
  /** Contents by selector, beside the signature (0) and the interface version (1). */
  items?: ReadonlyMap<number, Uint8Array>;
}

const DATA = 0x0;
const SELECTOR = 0x8;
const SIGNATURE = new TextEncoder().encode('QEMU');
/** Bit 0: data register; bit 1, absent: DMA. Little-endian. */
const VERSION = Uint8Array.of(1, 0, 0, 0);

export class FwCfg implements Device {
  readonly name: string;
  readonly sizeBytes = 0x18;
  readonly readWidths = 1 | 2 | 4;
  readonly writeWidths = 1 | 2 | 4;
  readonly unaligned = false;
  readonly #context: DeviceContext;
  readonly #items: ReadonlyMap<number, Uint8Array>;
  #selector = 0;
  #position = 0;

  constructor(context: DeviceContext, options: FwCfgOptions) {
    this.name = options.name;
    this.#context = context;
    this.#items = new Map([...(options.items ?? []), [0, SIGNATURE], [1, VERSION]]);
  }

  reset(): void {
    this.#selector = 0;
    this.#position = 0;
  }

  read(offset: number, width: AccessWidth): number {
    const value = this.peek(offset, width);
    if (offset === DATA) this.#position += width;
    else if (offset === SELECTOR) this.#context.guestError('write-only', 'read of the fw_cfg selector');
    return value;
  }

  /** Bytes keep their order whatever the width; behind the end of an item and without one there are zeros. */
  peek(offset: number, width: AccessWidth): number {
    if (offset !== DATA) return 0;
    const bytes = this.#items.get(this.#selector);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = (value << 8) | (bytes?.[this.#position + i] ?? 0);
    return value >>> 0;
  }

  /** The selector is big-endian. */
  write(offset: number, width: AccessWidth, value: number): void {
    if (offset === SELECTOR && width === 2) {
      this.#selector = ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
      this.#position = 0;
    } else {
      this.#context.guestError(
        'unimplemented',
        `fw_cfg: write of ${width} bytes at offset 0x${offset.toString(16)}`,
      );
    }
  }

  onEvent(_kind: number): void {}

  snapshot(): State {
    return { selector: this.#selector, position: this.#position };
  }

  restore(state: State): void {
    this.#selector = state.selector as number;
    this.#position = state.position as number;
  }
}
