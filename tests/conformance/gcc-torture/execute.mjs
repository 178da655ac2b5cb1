// Runs an image on bluesim, in this process, and on QEMU. Both give { end, output }: end is the exit code or says
// why there is none; output is what the program printed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadImageFile, Machine } from 'bluesim';

/** The longest program takes some hundred million. */
const MAX_CYCLES = 4_000_000_000;
const QEMU_TIME_LIMIT = 60_000;
/** For a program that does not end on bluesim either. */
const QEMU_SHORT_TIME_LIMIT = 5_000;

/** Files that programs write, in a folder that is empty whenever one starts. */
class Scratch {
  folder = mkdtempSync(join(tmpdir(), 'bluesim-torture-'));
  clear() {
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { recursive: true });
  }
  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/** One machine for all programs: its state at power-on is restored before each. */
export class Bluesim {
  #scratch = new Scratch();
  #machine;
  #powerOn;
  #output = '';

  /** @param toolchain one of ISAS. */
  constructor(toolchain) {
    this.#machine = new Machine({ ...toolchain.machine, semihosting: { root: this.#scratch.folder } });
    this.#powerOn = this.#machine.snapshot();
    this.#machine.onConsole((byte) => {
      this.#output += String.fromCharCode(byte);
    });
  }

  run(image) {
    const machine = this.#machine;
    this.#scratch.clear();
    this.#output = '';
    machine.restore(this.#powerOn);
    machine.load(loadImageFile(image));
    machine.setInputOpen(false);
    const result = machine.run({ maxCycles: MAX_CYCLES });
    const end =
      result.kind === 'exit' ? result.code : [result.kind, result.reason].filter(Boolean).join(': ');
    return { end, output: this.#output, cycles: machine.statistics().cycles };
  }

  close() {
    this.#scratch.remove();
  }
}

/** @param {boolean} ends whether it ended on bluesim. */
export function runOnQemu({ qemu, qemuBoard }, image, ends) {
  const scratch = new Scratch();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(qemu, [...qemuBoard, '-kernel', image], {
      cwd: scratch.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: ends ? QEMU_TIME_LIMIT : QEMU_SHORT_TIME_LIMIT,
      killSignal: 'SIGKILL',
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('latin1');
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (code, signal) => {
      scratch.remove();
      resolve({ end: code ?? `does not end (${signal})`, output });
    });
  });
}
