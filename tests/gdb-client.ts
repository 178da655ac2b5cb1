/**
 * A client of GDB's remote serial protocol, as far as tests need it to drive an emulator: registers, memory,
 * breakpoints, single steps. GDB manual 13, appendix E ("Remote Serial Protocol").
 *
 * Requests may be sent one behind the other without waiting: a stub answers them in order. Only a resumed
 * target must be left alone until it reports its stop, because a byte that comes in then is taken as a wish
 * to stop it. That is why replies are never acknowledged: where a stub has no QStartNoAckMode (QEMU 7.2), it
 * must take the next packet for the acknowledgement, as QEMU does.
 */
import { connect, type Socket } from 'node:net';

interface Waiting {
  readonly packet: string;
  readonly resolve: (reply: string) => void;
  readonly reject: (error: Error) => void;
}

function checksum(packet: string): string {
  let sum = 0;
  for (let index = 0; index < packet.length; index++) sum += packet.charCodeAt(index);
  return (sum & 0xff).toString(16).padStart(2, '0');
}

/** Little-endian hexadecimal, as registers travel. */
export function wordToHex(value: number): string {
  return Buffer.from(Int32Array.of(value).buffer).toString('hex');
}

/** @returns a signed 32-bit integer. */
export function wordFromHex(hex: string, at = 0): number {
  return Buffer.from(hex.slice(at, at + 8), 'hex').readInt32LE();
}

export class GdbClient {
  /** Number of each register by name, from the target description. */
  readonly registerNumbers = new Map<string, number>();
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received = '';
  #outgoing = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#receive(data.toString('latin1')));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the GDB stub closed the connection')));
  }

  /**
   * Connects and reads the target description.
   * @param address a TCP port of this host, or the path of a socket.
   */
  static async connect(address: number | string): Promise<GdbClient> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const attempt =
        typeof address === 'number' ? connect(address, '127.0.0.1') : connect({ path: address });
      attempt.once('connect', () => {
        attempt.removeListener('error', reject);
        resolve(attempt);
      });
      attempt.once('error', reject);
    });
    const client = new GdbClient(socket);
    await client.request('qSupported:xmlRegisters=i386');
    await client.request('QStartNoAckMode');
    await client.#describe('target.xml', 0);
    return client;
  }

  /** Whether the connection has ended, by whichever side. */
  get closed(): boolean {
    return this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends a packet. @returns the reply. */
  request(packet: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) reject(new Error('the GDB stub closed the connection'));
      this.#waiting.push({ packet, resolve, reject });
      // What one turn of the event loop asks for goes out as one piece.
      if (this.#outgoing === '') queueMicrotask(() => this.#flush());
      this.#outgoing += `$${packet}#${checksum(packet)}`;
    });
  }

  /** All registers of the `g` packet, signed. */
  async readRegisters(): Promise<Int32Array> {
    const reply = await this.request('g');
    return Int32Array.from({ length: reply.length / 8 }, (_, index) => wordFromHex(reply, 8 * index));
  }

  /** Writes the registers of the `G` packet: as many as there are. */
  async writeRegisters(values: ArrayLike<number>): Promise<void> {
    await this.#acknowledged(`G${Array.from(values, wordToHex).join('')}`);
  }

  /** @param name as in the target description. @returns the value, signed. */
  async readRegister(name: string): Promise<number> {
    const reply = await this.request(`p${this.#number(name)}`);
    if (!/^[0-9a-f]{8}$/.test(reply)) throw new Error(`cannot read ${name}: ${reply}`);
    return wordFromHex(reply);
  }

  async writeRegister(name: string, value: number): Promise<void> {
    await this.#acknowledged(`P${this.#number(name)}=${wordToHex(value)}`);
  }

  async readMemory(address: number, sizeBytes: number): Promise<Uint8Array> {
    const reply = await this.request(`m${address.toString(16)},${sizeBytes.toString(16)}`);
    if (reply.length !== 2 * sizeBytes) throw new Error(`cannot read memory at ${address.toString(16)}`);
    return new Uint8Array(Buffer.from(reply, 'hex'));
  }

  async writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    const length = bytes.length.toString(16);
    await this.#acknowledged(`M${address.toString(16)},${length}:${Buffer.from(bytes).toString('hex')}`);
  }

  async setBreakpoint(address: number): Promise<void> {
    await this.#acknowledged(`Z0,${address.toString(16)},4`);
  }

  async clearBreakpoint(address: number): Promise<void> {
    await this.#acknowledged(`z0,${address.toString(16)},4`);
  }

  /** Executes one instruction. @returns the stop reply. */
  step(): Promise<string> {
    return this.request('vCont;s');
  }

  /** Runs up to a breakpoint. @returns the stop reply. */
  proceed(): Promise<string> {
    return this.request('vCont;c');
  }

  #number(name: string): string {
    const number = this.registerNumbers.get(name);
    if (number === undefined) throw new Error(`the target describes no register ${name}`);
    return number.toString(16);
  }

  async #acknowledged(packet: string): Promise<void> {
    const reply = await this.request(packet);
    if (reply !== 'OK') throw new Error(`${packet}: ${reply === '' ? 'not supported' : reply}`);
  }

  /** Reads a part of the target description and those that it includes. @returns the number of the next register. */
  async #describe(annex: string, firstNumber: number): Promise<number> {
    let next = firstNumber;
    const xml = (await this.#transfer(annex)).replace(/<!--.*?-->/gs, '');
    for (const [element, attributes] of xml.matchAll(/<(?:xi:include|reg)\b([^>]*)>/g)) {
      const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes!)?.[1];
      if (element.startsWith('<xi:include')) {
        next = await this.#describe(attribute('href')!, next);
        continue;
      }
      const number = Number(attribute('regnum') ?? next);
      this.registerNumbers.set(attribute('name')!, number);
      next = number + 1;
    }
    return next;
  }

  async #transfer(annex: string): Promise<string> {
    let text = '';
    for (;;) {
      const reply = await this.request(`qXfer:features:read:${annex}:${text.length.toString(16)},400`);
      if (reply[0] !== 'm' && reply[0] !== 'l') throw new Error(`no target description ${annex}: ${reply}`);
      text += reply.slice(1);
      if (reply[0] === 'l') return text;
    }
  }

  #flush(): void {
    this.#socket.write(this.#outgoing, 'latin1');
    this.#outgoing = '';
  }

  #receive(text: string): void {
    this.#received += text;
    for (;;) {
      const start = this.#received.indexOf('$');
      const end = this.#received.indexOf('#', start);
      if (start < 0 || end < 0 || this.#received.length < end + 3) return;
      const reply = this.#received.slice(start + 1, end);
      this.#received = this.#received.slice(end + 3);
      this.#waiting.shift()?.resolve(reply);
    }
  }

  #fail(error: Error): void {
    for (const { packet, reject } of this.#waiting.splice(0)) {
      reject(new Error(`${packet}: ${error.message}`));
    }
  }
}
