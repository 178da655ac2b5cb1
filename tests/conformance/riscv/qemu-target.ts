/** QEMU's `virt` as a target of rows. */
import { QemuTarget } from '../qemu-target.ts';
import { REGISTERS } from './isa.ts';
import { RAM_BYTES } from './row.ts';

export const QEMU = 'qemu-system-riscv32';

const CONFIGURATIONS = ['pmpcfg0', 'pmpcfg1', 'pmpcfg2', 'pmpcfg3'];
/** What a row may have left behind: zeroed before each. */
const CLEARED = [
  ...['mie', 'mscratch', 'mcounteren', 'mcountinhibit', 'menvcfg', ...CONFIGURATIONS],
  ...Array.from({ length: 16 }, (_, entry) => `pmpaddr${entry}`),
];
const LOCKS = 0x8080_8080;
/** The timer interrupt is pending on a fresh machine, and no other. */
const FRESH_MIP = 1 << 7;

export class RiscvQemuTarget extends QemuTarget {
  /** The row has left something that nothing but a new process clears. */
  #spent = false;

  constructor(withZb: boolean) {
    const absent = ['h', 's', 'f', 'd', 'mmu', 'zbc', 'sstc', 'debug'].map((name) => `${name}=false`);
    const optional = ['zba', 'zbb', 'zbs'].map((name) => `${name}=${withZb}`);
    const cpu = ['rv32', ...absent, ...optional].join(',');
    super(QEMU, ['-M', 'virt', '-m', `${RAM_BYTES >> 20}M`, '-cpu', cpu, '-bios', 'none'], REGISTERS);
  }

  override async reset(): Promise<void> {
    if (this.#spent) await this.stop();
    this.#spent = false;
    await super.reset();
  }

  protected async resetBoard(): Promise<void> {
    this.setRegister('priv', 3);
    for (const name of CLEARED) this.setRegister(name, 0);
  }

  override async getRegisters(): Promise<Int32Array> {
    const configurations = CONFIGURATIONS.map((name) => this.gdb.readRegister(name));
    const mip = this.gdb.readRegister('mip');
    const registers = await super.getRegisters();
    const isLocked = (await Promise.all(configurations)).some((value) => (value & LOCKS) !== 0);
    this.#spent = isLocked || (await mip) !== FRESH_MIP;
    return registers;
  }
}
