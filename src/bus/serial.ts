/** The character side of a UART: what comes in from the host and what goes out to it. Neutral between devices and machine. */

/** The host's end of a UART. */
export interface SerialHost {
  /** The guest has sent a byte, at the current cycle. */
  transmitted(byte: number): void;
}

/** What a UART offers to the machine: deterministic input in virtual time. */
export interface SerialPort {
  readonly name: string;
  host: SerialHost | undefined;
  /**
   * Queues input, at the current cycle. The first byte is offered at once; the others follow at the pace of
   * the baud rate, counted from the moment the guest accepted (read) the first one. A full receive buffer holds
   * the rest back: no byte is ever lost. A reset of the receive FIFO before the first byte was accepted does not consume it.
   */
  input(bytes: Uint8Array): void;
  /** No more input will come from outside: a guest waiting for it can be declared stuck. Ports start closed. */
  setInputOpen(open: boolean): void;
  readonly inputOpen: boolean;
  /** Bytes queued that the guest has not yet read. */
  readonly inputPending: number;
}
