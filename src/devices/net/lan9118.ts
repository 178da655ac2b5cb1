/**
 * Ethernet controller LAN9118, without a network: what it sends is lost, and nothing comes in. Registers, interrupts,
 * timer, EEPROM, MAC and PHY behave; a frame is sent as soon as it is complete, and its status then lies in the
 * status FIFO. Only the level interrupt of that FIFO is there of the FIFOs' level interrupts.
 *
 * The interrupt output is active low unless IRQ_CFG says otherwise, so that an unconfigured controller holds the
 * line high; as on QEMU that begins with the first write to a register.
 *
 * Source: LAN9118 datasheet, rev. 1.5, chapters 3 (transmit format) and 5 (registers).
 */
import type { AccessWidth, DeviceContext } from '../../bus/device.ts';
import type { Line } from '../../bus/line.ts';
import type { State } from '../../bus/state.ts';
import { DownCounter } from '../down-counter.ts';
import { RegisterDevice } from '../register-device.ts';
import { TickRate } from '../tick-rate.ts';
import { Lan9118Mac } from './lan9118-mac.ts';
import { Interrupt, lan9118Layout } from './lan9118-registers.ts';

export interface Lan9118Options {
  name: string;
  interrupt: Line;
  /** The station's address, six bytes, as its EEPROM has it. */
  macAddress: readonly number[];
}

const { IRQ_CFG, INT_STS, INT_EN, FIFO_INT, TX_CFG, WORD_SWAP } = lan9118Layout.position;
const { MAC_CSR_CMD, MAC_CSR_DATA, E2P_CMD, E2P_DATA } = lan9118Layout.position;

const IRQ_TYPE = 1 << 0;
const IRQ_POL = 1 << 4;
const IRQ_EN = 1 << 8;
const IRQ_INT = 1 << 12;

const SOFT_RESET = 1 << 0;
const BUSY = 0x8000_0000;
const MAC_READ = 1 << 30;

/** Self-clearing bits of TX_CFG: STOP_TX, TXD_DUMP, TXS_DUMP. */
const TX_COMMANDS = 0xc001;
const TXD_DUMP = 1 << 14;
const TXS_DUMP = 1 << 15;

const TIMER_EN = 1 << 29;
const TIMER_HZ = 10_000;
const FREE_RUNNING_HZ = 25_000_000;

const TX_FIFO_BYTES = 0x1200;
/** 512 bytes. */
const TX_STATUS_ENTRIES = 128;

/** Transmit command A (datasheet 3.12.2). */
const INTERRUPT_ON_COMPLETION = 0x8000_0000;
const LAST_SEGMENT = 1 << 12;
const END_ALIGNMENTS = [4, 16, 32, 4];

const EEPROM_BYTES = 128;
/** First byte of an EEPROM that holds an address. */
const EEPROM_SIGNATURE = 0xa5;
const ADDRESS_LOADED = 1 << 8;
enum EepromCommand {
  Read,
  Disable,
  Enable,
  Write,
  WriteAll,
  Erase,
  EraseAll,
  Reload,
}

/** The FIFOs' ports lie below. */
const FIRST_REGISTER = 0x50;
/** ID_REV, BYTE_TEST, RX_FIFO_INF, TX_FIFO_INF, GPT_CNT, FREE_RUN, RX_DROP. */
const READ_ONLY: ReadonlySet<number> = new Set([0x50, 0x64, 0x7c, 0x80, 0x90, 0x9c, 0xa0]);

const EVENT_TIMER = 0;

export class Lan9118 extends RegisterDevice {
  readonly #interrupt: Line;
  readonly #timer: DownCounter;
  readonly #freeRunning: TickRate;
  readonly #mac = new Lan9118Mac();
  #eeprom = new Uint8Array(EEPROM_BYTES);
  #eepromWritable = false;
  /** Whether the interrupt output is driven yet. */
  #driven = false;
  #startCycle = 0;
  /** What a soft reset leaves as it was, while it is carried out. */
  #kept: { interrupt: number; wordSwap: number } | undefined = undefined;
  /** What the next word for the transmitter is. */
  #expected: 'A' | 'B' | 'data' = 'A';
  #commandA = 0;
  #commandB = 0;
  #wordsLeft = 0;
  #usedBytes = 0;
  #statuses: number[] = [];

  constructor(context: DeviceContext, options: Lan9118Options) {
    super(context, options.name, lan9118Layout);
    this.#interrupt = options.interrupt;
    this.#timer = new DownCounter(context.clock);
    this.#freeRunning = new TickRate(FREE_RUNNING_HZ, context.clock.frequencyHz);
    this.#eeprom.set([EEPROM_SIGNATURE, ...options.macAddress]);
    this.#interrupt.drivenBy(
      () =>
        this.#driven &&
        this.#isActiveHigh() &&
        (this.values[IRQ_CFG]! & IRQ_EN) !== 0 &&
        (this.values[INT_EN]! & Interrupt.Timer) !== 0 &&
        this.context.events.scheduledAt(EVENT_TIMER) !== undefined,
    );
    this.reset();
  }

  protected override resetInternal(): void {
    this.#timer.reset(0xffff, 0xffff);
    this.#timer.cyclesPerTick = Math.round(this.context.clock.frequencyHz / TIMER_HZ);
    this.context.events.cancel(EVENT_TIMER);
    this.#startCycle = this.context.clock.now();
    this.#mac.reset();
    this.#loadAddress();
    this.#eepromWritable = false;
    this.#expected = 'A';
    this.#wordsLeft = 0;
    this.#usedBytes = 0;
    this.#statuses = [];
    this.#driven = this.#kept !== undefined;
    this.values[IRQ_CFG] = (this.#kept?.interrupt ?? 0) & (IRQ_TYPE | IRQ_POL);
    this.values[WORD_SWAP] = this.#kept?.wordSwap ?? 0;
  }

  protected override snapshotInternal(): State {
    return {
      timer: this.#timer.snapshot(),
      mac: this.#mac.snapshot(),
      eeprom: this.#eeprom.slice(),
      eepromWritable: this.#eepromWritable,
      driven: this.#driven,
      startCycle: this.#startCycle,
      expected: this.#expected,
      commandA: this.#commandA,
      commandB: this.#commandB,
      wordsLeft: this.#wordsLeft,
      usedBytes: this.#usedBytes,
      statuses: [...this.#statuses],
    };
  }

  protected override restoreInternal(state: State): void {
    this.#timer.restore(state.timer as State);
    this.#mac.restore(state.mac as State);
    this.#eeprom = (state.eeprom as Uint8Array).slice();
    this.#eepromWritable = state.eepromWritable as boolean;
    this.#driven = state.driven as boolean;
    this.#startCycle = state.startCycle as number;
    this.#expected = state.expected as 'A' | 'B' | 'data';
    this.#commandA = state.commandA as number;
    this.#commandB = state.commandB as number;
    this.#wordsLeft = state.wordsLeft as number;
    this.#usedBytes = state.usedBytes as number;
    this.#statuses = [...(state.statuses as number[])];
  }

  protected override updateInterrupts(): void {
    const pending = (this.values[INT_STS]! & this.values[INT_EN]!) !== 0;
    this.values[IRQ_CFG] = pending ? this.values[IRQ_CFG]! | IRQ_INT : this.values[IRQ_CFG]! & ~IRQ_INT;
    const asked = pending && (this.values[IRQ_CFG]! & IRQ_EN) !== 0;
    this.#interrupt.set(this.#driven && asked === this.#isActiveHigh());
  }

  override write(offset: number, width: AccessWidth, value: number): void {
    if (offset >= FIRST_REGISTER && !READ_ONLY.has(offset)) this.#driven = true;
    super.write(offset, width, value);
    this.updateInterrupts();
  }

  override onEvent(_kind: number): void {
    this.#raise(Interrupt.Timer);
    this.#scheduleTimer();
  }

  statusCleared(): void {
    this.#scheduleTimer();
  }

  /** Datasheet 5.3.4: setting SW_INT_EN raises SW_INT. */
  enableChanged(enabled: number): void {
    if ((enabled & Interrupt.Software) !== 0) this.#raise(Interrupt.Software);
  }

  hardwareConfigured(value: number): void {
    if ((value & SOFT_RESET) === 0) return;
    this.#kept = { interrupt: this.values[IRQ_CFG]!, wordSwap: this.values[WORD_SWAP]! };
    this.reset();
    this.#kept = undefined;
  }

  // --- Receiver -----------------------------------------------------------------------------------------------

  nothingReceived(): number {
    return 0;
  }

  receiverUnderrun(): void {
    this.context.guestError('underrun', 'RX_DATA_FIFO read while nothing has been received');
    this.#raise(Interrupt.RxError);
  }

  // --- Transmitter --------------------------------------------------------------------------------------------

  transmitData(word: number): void {
    this.#usedBytes += 4;
    if (this.#expected === 'A') {
      this.#commandA = word;
      this.#expected = 'B';
      return;
    }
    if (this.#expected === 'B') {
      this.#commandB = word;
      const offset = (this.#commandA >>> 16) & 31;
      const alignment = END_ALIGNMENTS[(this.#commandA >>> 24) & 3]!;
      this.#wordsLeft = (Math.ceil((offset + (this.#commandA & 0x7ff)) / alignment) * alignment) / 4;
      this.#expected = 'data';
    } else {
      this.#wordsLeft--;
    }
    if (this.#wordsLeft === 0) this.#segmentComplete();
  }

  transmitStatus(): number {
    return this.#statuses[0] ?? 0;
  }

  transmitStatusRead(): void {
    this.#statuses.shift();
  }

  transmitterConfigured(value: number): void {
    this.values[TX_CFG] = value & ~TX_COMMANDS;
    if ((value & TXD_DUMP) !== 0) {
      this.#expected = 'A';
      this.#usedBytes = 0;
    }
    if ((value & TXS_DUMP) !== 0) this.#statuses = [];
  }

  transmitFifoInformation(): number {
    return (this.#statuses.length << 16) | Math.max(0, TX_FIFO_BYTES - this.#usedBytes);
  }

  // --- Timers -------------------------------------------------------------------------------------------------

  timerConfigured(value: number): void {
    if ((value & TIMER_EN) === 0) {
      this.#timer.stop();
      this.#timer.count = 0xffff;
    } else if (!this.#timer.running) {
      this.#timer.count = value & 0xffff;
      this.#timer.start();
    }
    this.#scheduleTimer();
  }

  timerCount(): number {
    return this.#timer.count;
  }

  freeRunning(): number {
    return this.#freeRunning.ticksAt(this.context.clock.now() - this.#startCycle) % 2 ** 32;
  }

  // --- MAC and EEPROM -----------------------------------------------------------------------------------------

  accessMac(command: number): void {
    this.values[MAC_CSR_CMD] = (command & ~BUSY) >>> 0;
    if ((command & BUSY) === 0) return;
    const address = command & 0xf;
    if ((command & MAC_READ) !== 0) {
      this.values[MAC_CSR_DATA] = this.#mac.read(address);
      return;
    }
    const { phyInterrupt, receiverEnabled } = this.#mac;
    this.#mac.write(address, this.values[MAC_CSR_DATA]!);
    if (this.#mac.phyInterrupt !== phyInterrupt) this.#phyInterruptChanged();
    if (receiverEnabled && !this.#mac.receiverEnabled) this.#raise(Interrupt.RxStopped);
  }

  accessEeprom(command: number): void {
    this.values[E2P_CMD] = (command & ~BUSY) >>> 0;
    if ((command & BUSY) === 0) return;
    const address = command & (EEPROM_BYTES - 1);
    const data = this.values[E2P_DATA]!;
    switch (((command >>> 28) & 7) as EepromCommand) {
      case EepromCommand.Read:
        this.values[E2P_DATA] = this.#eeprom[address]!;
        break;
      case EepromCommand.Disable:
        this.#eepromWritable = false;
        break;
      case EepromCommand.Enable:
        this.#eepromWritable = true;
        break;
      case EepromCommand.Write:
        if (this.#eepromWritable) this.#eeprom[address] = data;
        break;
      case EepromCommand.WriteAll:
        if (this.#eepromWritable) this.#eeprom.fill(data);
        break;
      case EepromCommand.Erase:
        if (this.#eepromWritable) this.#eeprom[address] = 0xff;
        break;
      case EepromCommand.EraseAll:
        if (this.#eepromWritable) this.#eeprom.fill(0xff);
        break;
      case EepromCommand.Reload:
        this.#loadAddress();
    }
  }

  // --- Private ------------------------------------------------------------------------------------------------

  /** Datasheet 3.9.3: the address is taken from an EEPROM whose first byte is the signature. */
  #loadAddress(): void {
    const loaded = this.#eeprom[0] === EEPROM_SIGNATURE;
    if (loaded) this.#mac.setAddress([...this.#eeprom.subarray(1, 7)]);
    const command = this.values[E2P_CMD]! & ~ADDRESS_LOADED;
    this.values[E2P_CMD] = (command | (loaded ? ADDRESS_LOADED : 0)) >>> 0;
  }

  #segmentComplete(): void {
    this.#expected = 'A';
    // The interrupt belongs to the segment that asks for it.
    if ((this.#commandA & INTERRUPT_ON_COMPLETION) !== 0) this.#raise(Interrupt.TxOnCompletion);
    if ((this.#commandA & LAST_SEGMENT) === 0) return;
    this.#usedBytes = 0;
    this.#pushStatus(this.#commandB & 0xffff_0000);
  }

  #pushStatus(status: number): void {
    if (this.#statuses.length === TX_STATUS_ENTRIES) {
      this.#raise(Interrupt.TxStatusOverflow);
      return;
    }
    this.#statuses.push(status >>> 0);
    const level = (this.values[FIFO_INT]! >>> 16) & 0xff;
    if (this.#statuses.length > level) this.#raise(Interrupt.TxStatusLevel);
  }

  #raise(interrupt: Interrupt): void {
    this.#driven = true;
    this.values[INT_STS] = (this.values[INT_STS]! | interrupt) >>> 0;
    this.updateInterrupts();
  }

  #phyInterruptChanged(): void {
    if (this.#mac.phyInterrupt) this.#raise(Interrupt.Phy);
    else this.values[INT_STS]! &= ~Interrupt.Phy;
  }

  #isActiveHigh(): boolean {
    const active = IRQ_TYPE | IRQ_POL;
    return (this.values[IRQ_CFG]! & active) === active;
  }

  #scheduleTimer(): void {
    const pending = (this.values[INT_STS]! & Interrupt.Timer) !== 0;
    const cycle = pending ? undefined : this.#timer.zeroCycle;
    if (cycle === undefined) this.context.events.cancel(EVENT_TIMER);
    else this.context.events.schedule(EVENT_TIMER, cycle);
  }
}
