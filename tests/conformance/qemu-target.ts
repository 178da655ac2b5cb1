/**
 * A board of QEMU as a target of rows, through its GDB port; the ISA parts extend it. Written against QEMU 7.2.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GdbClient } from '../gdb-client.ts';
import type { Target } from './target.ts';

export abstract class QemuTarget implements Target {
  readonly name = 'QEMU';
  readonly #program: string;
  readonly #board: readonly string[];
  /** Where the socket of the GDB port is. */
  #folder = '';
  #process: ChildProcess | undefined;
  #client: GdbClient | undefined;
  /** Place of each register in the packet that carries them all. */
  readonly #places: ReadonlyMap<string, number>;
  /** Those registers, written in one packet before a step. */
  readonly #registers: Int32Array;
  #registersChanged = false;
  /** Writes on the way whose answers have not been looked at. */
  #pending: Promise<void>[] = [];

  /**
   * @param program the emulator's name. @param board its options that choose a machine.
   * @param registers names of what the GDB port sends for all registers, in its order.
   */
  constructor(program: string, board: readonly string[], registers: readonly string[]) {
    this.#program = program;
    this.#board = board;
    this.#places = new Map(registers.map((name, place) => [name, place]));
    this.#registers = new Int32Array(registers.length);
  }

  async reset(): Promise<void> {
    if (this.#client?.closed) await this.stop();
    if (this.#client === undefined) await this.#start();
    await this.resetBoard();
  }

  /** Brings the board to its power-on state. */
  protected abstract resetBoard(): Promise<void>;

  setRegister(name: string, value: number): void {
    const place = this.#places.get(name);
    if (place === undefined) this.setSpecial(name, value);
    else {
      this.#registers[place] = value;
      this.#registersChanged = true;
    }
  }

  /** Writes a register that is not among those that travel together. */
  protected setSpecial(name: string, value: number): void {
    this.whenStopped(this.gdb.writeRegister(name, value));
  }

  setMemory(address: number, bytes: Uint8Array): void {
    this.whenStopped(this.gdb.writeMemory(address, bytes));
  }

  async step(): Promise<void> {
    this.#flush();
    await this.#settle(this.gdb.step());
  }

  async runTo(address: number): Promise<void> {
    this.#flush();
    this.whenStopped(this.gdb.setBreakpoint(address));
    await this.#settle(this.gdb.proceed());
    await this.gdb.clearBreakpoint(address);
  }

  async getRegisters(): Promise<Int32Array> {
    const registers = await this.gdb.readRegisters();
    this.#registers.set(registers);
    return registers;
  }

  getRegister(name: string): Promise<number> {
    return this.gdb.readRegister(name);
  }

  getMemory(address: number, sizeBytes: number): Promise<Uint8Array> {
    return this.gdb.readMemory(address, sizeBytes);
  }

  /** Ends the process; the next `reset` starts another. */
  async stop(): Promise<void> {
    this.#client?.close();
    this.#client = undefined;
    const ended = this.#process;
    this.#process = undefined;
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

  protected get gdb(): GdbClient {
    if (this.#client === undefined) throw new Error('QEMU is not running');
    return this.#client;
  }

  /** Has a write's answer looked at when the target stops the next time. */
  protected whenStopped(write: Promise<void>): void {
    this.#pending.push(write);
  }

  #flush(): void {
    if (!this.#registersChanged) return;
    this.whenStopped(this.gdb.writeRegisters(this.#registers));
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
    const quiet = ['-display', 'none', '-serial', 'none', '-monitor', 'none'];
    const debug = ['-S', '-gdb', `unix:${socket},server=on,wait=off`];
    this.#process = spawn(this.#program, [...this.#board, ...quiet, ...debug], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
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
