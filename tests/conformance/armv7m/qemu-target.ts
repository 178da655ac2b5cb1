/** QEMU's `mps2-an385`, or `mps2-an386` for the DSP extension, as a target of rows. */
import { QemuTarget } from '../qemu-target.ts';
import { REGISTERS } from './isa.ts';
import { bytesOf, type Extension, SP } from './row.ts';

export const QEMU = 'qemu-system-arm';

/** The special registers are no registers of the GDB port: code in this place reads them. */
const DUMP_ADDRESS = 0x0000_0c00;
/** mrs r0, control; r1, msp; r2, psp; r3, primask; r4, basepri; r5, faultmask. */
const DUMP = bytesOf([0xf3ef_8014, 0xf3ef_8108, 0xf3ef_8209, 0xf3ef_8310, 0xf3ef_8411, 0xf3ef_8513]);
const DUMPED = ['control', 'msp', 'psp', 'primask', 'basepri', 'faultmask'];
const CALL = bytesOf([0xdf00]);
const [CONTROL, MSP, PSP, NPRIV, SPSEL] = [0, 1, 2, 1, 2];
const THUMB = 0x0100_0000;
const EXCEPTION = 0x1ff;
const XPSR = 16;

export class ArmQemuTarget extends QemuTarget {
  #specials: Promise<Int32Array> | undefined;

  constructor(extensions: readonly Extension[]) {
    const board = extensions.includes('DSP')
      ? ['-M', 'mps2-an386', '-cpu', 'cortex-m4']
      : ['-M', 'mps2-an385'];
    super(QEMU, board, REGISTERS);
  }

  protected async resetBoard(): Promise<void> {
    this.#specials = undefined;
    // The monitor resets the board when it has answered, before it looks at the next packet.
    await this.gdb.request(`qRcmd,${Buffer.from('system_reset').toString('hex')}`);
  }

  /** Spoils the other registers: for when they have been read. */
  override async getRegister(name: string): Promise<number> {
    this.#specials ??= this.#dump();
    return (await this.#specials)[DUMPED.indexOf(name)]!;
  }

  async #dump(): Promise<Int32Array> {
    const before = await this.getRegisters();
    const specials = await this.#execute(DUMP);
    const inThread = (before[XPSR]! & EXCEPTION) === 0;
    if (!inThread || (specials[CONTROL]! & NPRIV) === 0) return specials;
    // Unprivileged code reads no more than CONTROL: an SVC changes that, and SP.
    await this.#execute(CALL);
    const all = await this.#execute(DUMP);
    all[CONTROL] = specials[CONTROL]!;
    all[(specials[CONTROL]! & SPSEL) !== 0 ? PSP : MSP] = before[SP]!;
    return all;
  }

  /** Executes one SVC, or code without branches. */
  async #execute(code: Uint8Array): Promise<Int32Array> {
    this.setMemory(DUMP_ADDRESS, code);
    this.setRegister('xpsr', THUMB);
    this.setRegister('pc', DUMP_ADDRESS);
    if (code === CALL) await this.step();
    else await this.runTo(DUMP_ADDRESS + code.length);
    return this.getRegisters();
  }
}
