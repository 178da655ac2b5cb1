/** QEMU's `virt` as a target of rows, through its GDB port. Written against QEMU 7.2. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GdbClient } from '../../gdb-client.ts';
import { RAM_BYTES } from './row.ts';
import type { Target } from './target.ts';

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
const PC = 32;

export class QemuTarget implements Target {
  readonly name = 'QEMU';
  readonly #cpu: string;
  /** Where the socket of the GDB port is. */
  #folder = '';
  #process: ChildProcess | undefined;
  #client: GdbClient | undefined;
  /** x0 to x31 and pc, written in one packet before a step. */
  readonly #registers = new Int32Array(33);
  #registersChanged = false;
  /** Writes on the way whose answers have not been looked at. */
  #pending: Promise<void>[] = [];
  /** The row has left something that nothing but a new process clears. */
  #spent = false;

  constructor(withZb: boolean) {
    const absent = ['h', 's', 'f', 'd', 'mmu', 'zbc', 'sstc', 'debug'].map((name) => `${name}=false`);
    const optional = ['zba', 'zbb', 'zbs'].map((name) => `${name}=${withZb}`);
    this.#cpu = ['rv32', ...absent, ...optional].join(',');
  }

  async reset(): Promise<void> {
    if (this.#spent || this.#client?.closed) await this.stop();
    if (this.#client === undefined) await this.#start();
    this.setRegister('priv', 3);
    for (const name of CLEARED) this.setRegister(name, 0);
  }

  setRegister(name: string, value: number): void {
    const index = name === 'pc' ? PC : /^x(\d+)$/.exec(name)?.[1];
    if (index === undefined) {
      this.#pending.push(this.#gdb.writeRegister(name, value));
      return;
    }
    this.#registers[Number(index)] = value;
    this.#registersChanged = true;
  }

  setMemory(address: number, bytes: Uint8Array): void {
    this.#pending.push(this.#gdb.writeMemory(address, bytes));
  }

  async step(): Promise<void> {
    this.#flush();
    await this.#settle(this.#gdb.step());
  }

  async runTo(address: number): Promise<void> {
    this.#flush();
    this.#pending.push(this.#gdb.setBreakpoint(address));
    await this.#settle(this.#gdb.proceed());
    await this.#gdb.clearBreakpoint(address);
  }

  async getRegisters(): Promise<Int32Array> {
    const configurations = CONFIGURATIONS.map((name) => this.#gdb.readRegister(name));
    const mip = this.#gdb.readRegister('mip');
    const registers = await this.#gdb.readRegisters();
    this.#registers.set(registers);
    const isLocked = (await Promise.all(configurations)).some((value) => (value & LOCKS) !== 0);
    this.#spent = isLocked || (await mip) !== FRESH_MIP;
    return registers;
  }

  getRegister(name: string): Promise<number> {
    return this.#gdb.readRegister(name);
  }

  getMemory(address: number, sizeBytes: number): Promise<Uint8Array> {
    return this.#gdb.readMemory(address, sizeBytes);
  }

  /** Ends the process; the next `reset` starts another. */
  async stop(): Promise<void> {
    this.#client?.close();
    this.#client = undefined;
    const ended = this.#process;
    this.#process = undefined;
    this.#spent = false;
    this.#pending = [];
    if (ended === undefined || hasEnded(ended)) return;
    const exit = once(ended, 'exit');
    ended.kill('SIGKILL');
    await exit;
  }

  /** Ends the process and removes what it needed. */
  async dispose(): Promise<void> {
    await this.stop();
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true });
  }

  get #gdb(): GdbClient {
    if (this.#client === undefined) throw new Error('QEMU is not running');
    return this.#client;
  }

  #flush(): void {
    if (!this.#registersChanged) return;
    this.#pending.push(this.#gdb.writeRegisters(this.#registers));
    this.#registersChanged = false;
  }

  /** Waits for a stop and for every write before it. */
  async #settle(stop: Promise<string>): Promise<void> {
    const writes = this.#pending;
    this.#pending = [];
    const [reply] = await Promise.all([stop, ...writes]);
    if (!reply.startsWith('T05')) throw new Error(`QEMU stopped with ${reply}`);
  }

  async #start(): Promise<void> {
    if (this.#folder === '') this.#folder = mkdtempSync(join(tmpdir(), 'bluesim-qemu-'));
    const socket = join(this.#folder, 'gdb');
    rmSync(socket, { force: true });
    const quiet = ['-bios', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    const debug = ['-S', '-gdb', `unix:${socket},server=on,wait=off`];
    this.#process = spawn(
      QEMU,
      ['-M', 'virt', '-m', `${RAM_BYTES >> 20}M`, '-cpu', this.#cpu, ...quiet, ...debug],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // A test run that is broken off must not leave it behind.
    const child = this.#process;
    const end = () => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    let complaints = '';
    this.#process.stderr!.on('data', (text) => (complaints += text));
    for (let attempt = 0; attempt < 500 && this.#client === undefined; attempt++) {
      if (hasEnded(this.#process)) break;
      // The path is there a moment before anyone listens.
      if (existsSync(socket)) this.#client = await GdbClient.connect(socket).catch(refused);
      if (this.#client === undefined) await sleep(20);
    }
    if (this.#client === undefined) throw new Error(`QEMU does not open its GDB port: ${complaints}`);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function refused(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ECONNREFUSED') throw error;
}
