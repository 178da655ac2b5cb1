/** What every UART here has: its end of the connection to the host, and input that arrives in virtual time. */
import type { DeviceContext } from '../../bus/device.ts';
import type { SerialHost, SerialPort } from '../../bus/serial.ts';
import type { RegisterLayout } from '../register.ts';
import { RegisterDevice } from '../register-device.ts';
import { SerialInput } from './serial-input.ts';

/** Event kind of a character's arrival from the host; others of a UART count from 1. */
export const EVENT_ARRIVAL = 0;
/** The rate of input until the guest has set one. */
export const DEFAULT_BAUD = 115_200;
/** A start bit, eight bits of data, a stop bit. */
export const CHARACTER_BITS = 10;

export abstract class Uart extends RegisterDevice implements SerialPort {
  host: SerialHost | undefined;
  protected readonly fromHost: SerialInput;

  constructor(context: DeviceContext, name: string, layout: RegisterLayout) {
    super(context, name, layout);
    this.fromHost = new SerialInput(context, EVENT_ARRIVAL, {
      canReceive: () => this.canReceive(),
      receive: (byte) => this.receive(byte),
      characterCycles: () => this.characterCycles(),
    });
  }

  input(bytes: Uint8Array): void {
    this.fromHost.push(bytes);
  }

  setInputOpen(open: boolean): void {
    this.fromHost.open = open;
  }

  get inputOpen(): boolean {
    return this.fromHost.open;
  }

  get inputPending(): number {
    return this.fromHost.queued + this.unreadInput();
  }

  /** How many characters from the host are in the receive buffer. */
  protected abstract unreadInput(): number;

  /** Whether a byte from the host would find room. */
  protected abstract canReceive(): boolean;

  /** A byte arrives from the host, for which there is room. */
  protected abstract receive(byte: number): void;

  /** Duration of a character on the line in cycles, at least 1. */
  protected abstract characterCycles(): number;

  /** The same at the default rate. */
  protected defaultCharacterCycles(): number {
    return Math.max(1, Math.round(this.context.clock.frequencyHz / (DEFAULT_BAUD / CHARACTER_BITS)));
  }
}
