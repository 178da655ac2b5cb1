/**
 * A UART of a Cortex-M board of QEMU whose line the test holds. The processor does not run: QEMU's test protocol
 * (-qtest) makes the accesses, and a socket is the line. When a character has come in can only be seen in the
 * UART's flags.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How often flags are looked at; thousands of times as often as it takes. */
const LARGEST_PATIENCE = 1_000_000;

export class QemuUart {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #line: Socket;
  readonly #base: number;
  readonly #answers: ((line: string) => void)[] = [];

  constructor(process: ChildProcessWithoutNullStreams, line: Socket, base: number) {
    this.#process = process;
    this.#line = line;
    this.#base = base;
    createInterface({ input: process.stdout }).on('line', (text) => this.#answers.shift()?.(text));
  }

  async read(offset: number): Promise<number> {
    return Number((await this.#command(`readl ${this.#base + offset}`)).split(' ')[1]);
  }

  async write(offset: number, value: number): Promise<void> {
    await this.#command(`writel ${this.#base + offset} ${value}`);
  }

  send(text: string): void {
    this.#line.write(text);
  }

  /** Waits until a register's value is as it should be. */
  async until(offset: number, condition: (value: number) => boolean): Promise<void> {
    for (let i = 0; i < LARGEST_PATIENCE; i++) if (condition(await this.read(offset))) return;
    throw new Error('what was sent to QEMU does not come in');
  }

  #command(text: string): Promise<string> {
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#process.stdin.write(`${text}\n`);
    });
  }
}

/** @param base address of the board's first UART. */
export async function withQemuUart(
  board: string,
  base: number,
  use: (uart: QemuUart) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-serial-'));
  const path = join(folder, 'line');
  const server: Server = createServer();
  let process: ChildProcessWithoutNullStreams | undefined;
  try {
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const machine = ['-M', board, '-S', '-net', 'none', '-display', 'none', '-monitor', 'none'];
    const protocol = ['-qtest', 'stdio', '-qtest-log', 'none', '-serial', `unix:${path}`];
    process = spawn('qemu-system-arm', [...machine, ...protocol]);
    await use(new QemuUart(process, await connected, base));
  } finally {
    process?.kill();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
