/**
 * A machine: a board with an image in it, run in virtual time. This is the library that everything else, the
 * command included, is made with. It reads no wall clock and no randomness: two machines that are built alike
 * and get the same input at the same cycles do the same, to the last cycle.
 */
import type { Bus } from '../bus/bus.ts';
import type { Device, GuestError } from '../bus/device.ts';
import type { SerialPort } from '../bus/serial.ts';
import type { State } from '../bus/state.ts';
import type { Core, CoreObserver, CoreStatistics, RegisterFile } from '../cpu/core.ts';
import type { Disassembler } from '../cpu/disassembler.ts';
import type { TimingModel } from '../cpu/timing/model.ts';
import { assert, hex32, UserError } from '../errors.ts';
import type { GuestMemory } from '../kernel/memory/guest-memory.ts';
import { NEVER, Scheduler } from '../scheduler/scheduler.ts';
import { architectureOf, type BoardDescription } from './board.ts';
import { buildParts, type Parts, type StimulusPorts } from './build.ts';
import {
  boardByName,
  checkExtensions,
  checkRam,
  checkWaitStates,
  modelByName,
  suggestBoard,
} from './choices.ts';
import { ConsoleLog, type Watch } from './console-log.ts';
import { CoreClock } from './core-clock.ts';
import { suggestCpu, withCpu } from './cpus.ts';
import { MachineEvents, type Unsubscribe } from './events.ts';
import type { ForeignTouch } from './factories/factory.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { Fingerprint } from './hash.ts';
import { type Isa, isaOf } from './isa.ts';
import { fitSegments } from './loader/fit.ts';
import { type Image, type ImageSegment, type LoadOptions, loadImageFile } from './loader/image.ts';
import { type ImageSymbol, SymbolTable } from './loader/symbols.ts';
import type {
  ConsoleListener,
  MachineOptions,
  MachineStatistics,
  RunOptions,
  RunResult,
  SemihostingSettings,
  StimulusListener,
} from './machine-options.ts';
import { foreignTouchText, reportText, resultText } from './report.ts';
import { gatherFacts } from './report-facts.ts';
import { NO_FILES } from './semihosting/files.ts';
import { heapBounds, heapInfoOf } from './semihosting/heap-info.ts';
import { DirectoryFiles } from './semihosting/host-files.ts';
import { type GuestAccess, Semihosting } from './semihosting/semihosting.ts';
import { memoryState, restoreMemory } from './snapshot.ts';

function modelOf(board: BoardDescription, model: TimingModel | string | undefined): TimingModel {
  return typeof model === 'object' ? model : modelByName(board, model ?? board.model);
}

/** 2020-01-01T00:00:00Z. */
const DEFAULT_EPOCH_SECONDS = 1_577_836_800;

export type {
  ConsoleListener,
  MachineOptions,
  MachineStatistics,
  RunOptions,
  RunResult,
  SemihostingSettings,
  StimulusListener,
} from './machine-options.ts';

const SNAPSHOT_VERSION = 1;

export class Machine {
  readonly board: BoardDescription;
  readonly options: Readonly<MachineOptions>;
  readonly memory: GuestMemory;
  readonly bus: Bus;
  readonly core: Core;
  readonly devices: readonly Device[];
  readonly ports: readonly SerialPort[];
  readonly scheduler = new Scheduler();
  readonly log = new ConsoleLog();
  readonly model: TimingModel;
  /** What is known of the board's instruction set. */
  readonly isa: Isa;
  symbols: SymbolTable = new SymbolTable([]);
  /** The image in the machine, if one was loaded. */
  image: Image | undefined = undefined;
  /** Address at which it begins to execute. */
  entry: number | undefined = undefined;
  /** What may go wrong with it, in sentences without a full stop. */
  warnings: readonly string[] = [];
  /** The first access of this machine to where another board has a device by which its images are known. */
  foreignTouch: ForeignTouch | undefined = undefined;
  /** The board was chosen for the image and not by the user. */
  #boardIsGuess = false;
  #disassembler: Disassembler | undefined = undefined;
  /** What of it is loaded. */
  #segments: readonly ImageSegment[] = [];
  readonly #clock: CoreClock;
  readonly #parts: Parts;
  readonly #semihosting: Semihosting | undefined;
  readonly #recorder: FlightRecorder | undefined;
  /** What happens in it, for whoever listens. */
  readonly events = new MachineEvents();
  readonly #guestErrors = new Map<string, number>();
  /** What ends the run at the next boundary. */
  #stop: RunResult | undefined = undefined;
  #ended: RunResult | undefined = undefined;
  #resetRequested = false;
  #resets = 0;
  #waitsForInput = false;
  /** What the lives before the last reset add up to. */
  #before: CoreStatistics = { instructions: 0, cycles: 0, sleepCycles: 0, exceptions: {}, interrupts: {} };

  /** @throws UserError for a board that does not exist or cannot be built. */
  constructor(options: MachineOptions & { board: string | BoardDescription }) {
    this.options = options;
    const board = typeof options.board === 'string' ? boardByName(options.board) : options.board;
    this.board = withCpu(board, options.cpu);
    this.isa = isaOf(architectureOf(this.board));
    this.model = modelOf(this.board, options.model);
    this.#clock = new CoreClock(() => this.#parts?.core.now() ?? 0, this.board.frequencyHz);
    const guestError = (error: GuestError) => this.#guestError(error);
    this.#recorder = options.flightRecorder ? this.#makeRecorder() : undefined;
    this.#semihosting =
      options.semihosting === false ? undefined : this.#makeSemihosting(options.semihosting ?? {});
    this.#parts = buildParts({
      board: this.board,
      ramBytes: checkRam(this.board, options.ramBytes),
      extensions: checkExtensions(this.isa, options.extensions ?? []),
      model: this.model,
      waitStates: checkWaitStates(this.board, this.model, options.waitStates ?? {}),
      scheduler: this.scheduler,
      surroundings: { clock: this.#clock, scheduler: this.scheduler, guestError },
      clockControl: this.#clock,
      power: {
        exit: (code) => this.#end({ kind: 'exit', code, reason: 'test finisher' }),
        reset: () => {
          this.#resetRequested = true;
          this.core.requestAttention();
        },
      },
      semihosting: this.#semihosting && {
        call: (operation, parameter) => this.#semihost(operation, parameter),
      },
      pacedTransmit: options.pacedTransmit ?? false,
      epochSeconds: options.epochSeconds ?? DEFAULT_EPOCH_SECONDS,
      foreignTouched: (touch) => this.#foreignTouched(touch),
    });
    ({
      memory: this.memory,
      bus: this.bus,
      core: this.core,
      devices: this.devices,
      ports: this.ports,
    } = this.#parts);
    this.events.connect(this.core, this.bus, this.#parts.wires);
    for (const port of this.ports) {
      port.host = { transmitted: (byte) => this.#output(byte, port.name) };
    }
    for (const device of this.devices) device.reset();
    this.#connectStimulus(options.itmConsole ?? []);
  }

  /**
   * A machine with an image file in it, on the board that the image asks for unless the options name one.
   * @throws UserError when the file cannot be read or does not fit the board.
   */
  static fromFile(path: string, options: MachineOptions & LoadOptions = {}): Machine {
    return Machine.fromImage(loadImageFile(path, options), options);
  }

  static fromImage(image: Image, options: MachineOptions = {}): Machine {
    const machine = new Machine({ ...options, ...suggestions(image, options) });
    machine.#boardIsGuess = options.board === undefined;
    machine.load(image);
    return machine;
  }

  // --- Loading ------------------------------------------------------------------------------------------------

  /**
   * Puts an image into memory and makes the core begin with it.
   * @throws UserError when a segment lies outside the board's memory or the image is for another architecture.
   */
  load(image: Image): void {
    const architecture = architectureOf(this.board);
    if (image.architecture !== undefined && image.architecture !== architecture) {
      throw new UserError(
        `${image.name} is for ${image.architecture}, the board ${this.board.name} is ${architecture}`,
        'Leave --board out, or choose another one: `bluesim boards` lists them.',
      );
    }
    this.#segments = fitSegments(image, this.memory, this.board);
    this.image = image;
    this.symbols = image.symbols;
    this.#placeImage();
    this.core.reset();
  }

  #placeImage(): void {
    const { image } = this;
    if (image === undefined) return;
    for (const { address, bytes, sizeInMemory } of this.#segments) {
      const region = this.memory.find(address)!;
      region.load(address - region.address, bytes);
      region.zero(address - region.address + bytes.length, sizeInMemory - bytes.length);
    }
    const { entry, warnings } = this.#parts.placeBoot(image, this.#segments);
    this.entry = entry;
    this.warnings = [...image.warnings, ...warnings];
  }

  // --- Running ------------------------------------------------------------------------------------------------

  /** Cycles since power-on, over all resets. */
  get cycles(): number {
    return this.#before.cycles + this.core.now();
  }

  /** Virtual time since power-on, over all resets. */
  get nanoseconds(): number {
    return this.#clock.nanoseconds;
  }

  /** Core clock in Hz, as it is now: on some boards the guest can change it. */
  get frequencyHz(): number {
    return this.#clock.frequencyHz;
  }

  /** Instructions retired since power-on, over all resets. */
  get instructions(): number {
    return this.#before.instructions + this.core.retired();
  }

  /**
   * Runs until one of the options' ends, or until the guest ends.
   * @throws UserError for a symbol that the image has not.
   */
  run(options: RunOptions = {}): RunResult {
    if (this.#ended !== undefined) return this.#ended;
    const breakpoint = this.#breakpoint(options.untilSymbol);
    this.core.setBreakpoints(breakpoint === undefined ? [] : [breakpoint]);
    this.core.stepOverBreakpoint();
    this.log.watch([
      ...this.#watch(options.untilConsole, (text) => ({ kind: 'console-match', text })),
      ...this.#watch(options.failOn, (text) => ({ kind: 'console-failure', text })),
    ]);
    const limit = Math.min(
      options.untilCycle ?? Number.POSITIVE_INFINITY,
      this.cycles + (options.maxCycles ?? Number.POSITIVE_INFINITY),
    );
    const instructionLimit = this.instructions + (options.maxInstructions ?? Number.POSITIVE_INFINITY);
    this.#stop = undefined;
    const result = this.#loop(limit, instructionLimit, options.stopWhenWaiting ?? false);
    if (result.kind === 'exit' || result.kind === 'stuck') this.#ended = result;
    return result;
  }

  #loop(limit: number, instructionLimit: number, stopWhenWaiting: boolean): RunResult {
    const horizon = () => Math.min(this.scheduler.nextCycle, limit - this.#before.cycles);
    const instructionsLeft = () =>
      instructionLimit === Number.POSITIVE_INFINITY ? NEVER : instructionLimit - this.instructions;
    for (;;) {
      if (this.#resetRequested) this.reset();
      const now = this.core.now();
      if (this.scheduler.fireDue(now)) continue;
      if (this.#stop !== undefined) return this.#stop;
      if (now >= limit - this.#before.cycles) return { kind: 'cycle-limit' };
      const left = instructionsLeft();
      if (left <= 0) return { kind: 'instruction-limit' };
      const { cycles } = this.#before;
      if (this.#recorder !== undefined && now + cycles >= this.#recorder.nextCycle) this.#recorder.due();
      const pause = (this.#recorder?.nextCycle ?? NEVER) - cycles;
      const stop = this.core.run(Math.min(horizon(), this.#lastCycle(now, left), pause), left);
      let end: RunResult | undefined;
      // What the core has just done may have scheduled something: how long it may wait is found out only now.
      switch (stop.kind) {
        case 'breakpoint':
          return { kind: 'breakpoint', address: this.core.pc };
        case 'dead':
          if (!this.#mayBeReset()) return { kind: 'stuck', reason: stop.reason };
          end = this.#wait(horizon(), false, stopWhenWaiting);
          break;
        case 'asleep':
          end = this.#stuck(stop.cause) ?? this.#wait(horizon(), false, stopWhenWaiting);
          break;
        case 'spinning': {
          const until = Math.min(horizon(), this.core.now() + instructionsLeft());
          end = this.#stuck('a jump to itself') ?? this.#wait(until, true, stopWhenWaiting);
          break;
        }
        default:
          if (!this.#waitsForInput || this.#stop !== undefined) break;
          this.#waitsForInput = false;
          end = this.#wait(horizon(), false, stopWhenWaiting);
      }
      if (end !== undefined) return end;
    }
  }

  /** The cycle before which that many instructions are not over, where the model tells it. */
  #lastCycle(now: number, instructions: number): number {
    return this.model.uniformCost === undefined ? NEVER : now + instructions * this.model.uniformCost;
  }

  /** The core only waits: will anything ever end that? */
  #stuck(what: string): RunResult | undefined {
    if (this.core.canBeWoken() || this.#mayBeReset()) return undefined;
    return { kind: 'stuck', reason: `${what}, and no enabled interrupt can ever come` };
  }

  #mayBeReset(): boolean {
    return this.devices.some((device) => device.mayReset?.());
  }

  /** Lets time pass up to a cycle, unless only input can end the wait and it is not to be waited out. */
  #wait(until: number, spinning: boolean, stopWhenWaiting: boolean): RunResult | undefined {
    if (this.scheduler.nextCycle === NEVER && (stopWhenWaiting || until >= NEVER)) {
      return { kind: 'waiting-for-input' };
    }
    if (until > this.core.now()) this.core.skipTo(until, spinning);
    return undefined;
  }

  /** Power-on reset: memory keeps its contents as far as the image does not fill it anew. Input that was queued stays. */
  reset(): void {
    this.#before = this.#total();
    this.#resets += this.#resetRequested ? 1 : 0;
    this.#resetRequested = false;
    this.scheduler.reset();
    this.#clock.reset();
    // Before the core, which may begin with a vector table that lies in the image.
    this.#placeImage();
    this.core.reset();
    for (const device of this.devices) device.reset();
    this.#semihosting?.reset();
    for (const listener of this.events.resets.all) listener();
  }

  // --- Input and output ---------------------------------------------------------------------------------------

  /** Called for each byte that a UART sends or semihosting prints. */
  onConsole(listener: ConsoleListener): Unsubscribe {
    return this.events.console.add(listener);
  }

  /**
   * Called for each write to an enabled stimulus port of the ITM.
   * @throws UserError when the board's processor has no ITM.
   */
  onStimulus(listener: StimulusListener): Unsubscribe {
    this.#requireStimulus();
    return this.events.stimulus.add(listener);
  }

  onGuestError(listener: (error: GuestError) => void): Unsubscribe {
    return this.events.guestErrors.add(listener);
  }

  /** Everything that the guest has printed, each byte one character. */
  get console(): string {
    return this.log.text;
  }

  /**
   * Input for a UART, at the current cycle; see `SerialPort.input` for how it is paced.
   * @param data text is sent as UTF-8.
   * @param port name of a UART. Default: the board's console, whose input semihosting reads too.
   */
  input(data: string | Uint8Array, port?: string): void {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    const name = port ?? this.board.console;
    this.port(name).input(bytes);
    this.#recorder?.input(name, bytes);
    if (name === this.board.console) this.#semihosting?.input(bytes);
    this.core.requestAttention();
  }

  /** States whether more input can come to a port: while it can, a guest that waits for it is not stuck. */
  setInputOpen(open: boolean, port?: string): void {
    const name = port ?? this.board.console;
    this.port(name).setInputOpen(open);
    this.#recorder?.inputOpen(name, open);
    if (name === this.board.console) this.#semihosting?.setInputOpen(open);
  }

  /** Bytes of input that the guest has not read yet, from a UART or by semihosting, whichever it reads. */
  inputPending(port?: string): number {
    const name = port ?? this.board.console;
    const uart = this.port(name).inputPending;
    return name === this.board.console && this.#semihosting !== undefined
      ? Math.min(uart, this.#semihosting.inputPending)
      : uart;
  }

  /** @throws UserError when the board has no such UART. */
  port(name: string): SerialPort {
    const port = this.ports.find((candidate) => candidate.name === name);
    if (port !== undefined) return port;
    throw new UserError(
      `the board ${this.board.name} has no UART ${name}`,
      `It has ${this.ports.map((p) => p.name).join(', ')}.`,
    );
  }

  // --- Looking ------------------------------------------------------------------------------------------------

  get registers(): RegisterFile {
    return this.core.registers;
  }

  get pc(): number {
    return this.core.pc;
  }

  /** For the code that this machine's core executes. */
  get disassembler(): Disassembler {
    this.#disassembler ??= this.isa.disassembler(this.options.extensions ?? []);
    return this.#disassembler;
  }

  /** What a trap of this machine's core is called: `store/AMO access fault`. */
  trapName(cause: number, isInterrupt: boolean): string {
    return this.#parts.trapName(cause, isInterrupt);
  }

  /**
   * Reads memory without any effect.
   * @throws UserError where there is no memory.
   */
  readMemory(address: number, sizeBytes: number): Uint8Array {
    const region = this.memory.find(address);
    if (!region?.contains(address, sizeBytes)) {
      throw new UserError(`there is no memory at ${hex32(address)} for ${sizeBytes} bytes`);
    }
    return region.bytes.slice(address - region.address, address - region.address + sizeBytes);
  }

  /** As `readMemory`, one little-endian word, unsigned. */
  readWord(address: number): number {
    return new DataView(this.readMemory(address, 4).buffer).getUint32(0, true);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    if (!this.bus.poke(address, bytes)) throw new UserError(`there is no memory at ${hex32(address)}`);
  }

  /** @throws UserError when the image has no such symbol, with the nearest names. */
  symbol(name: string): ImageSymbol {
    return this.symbols.require(name);
  }

  /** All since power-on, over all resets. */
  statistics(): MachineStatistics {
    return {
      ...this.#total(),
      resets: this.#resets,
      guestErrors: Object.fromEntries([...this.#guestErrors].sort()),
    };
  }

  /**
   * Where the guest is and how it came there: registers, last trap, backtrace, and with `flightRecorder` the last
   * branches, which may take some seconds to find out. Changes nothing.
   * @param result of the run, for a first line that says how it ended.
   */
  report(result?: RunResult): string {
    const first = result === undefined ? '' : `${resultText(result)}\n`;
    return first + reportText(gatherFacts(this, this.#recorder?.lastBranches()));
  }

  /** Hears of instructions and traps, besides those that do already; slows the run down. @returns what ends it. */
  observe(observer: CoreObserver): Unsubscribe {
    return this.events.observe(observer);
  }

  // --- State --------------------------------------------------------------------------------------------------

  /** Everything that decides the future. */
  snapshot(): State {
    return {
      version: SNAPSHOT_VERSION,
      board: this.board.name,
      model: `${this.model.name}/${this.model.version}`,
      before: structuredClone(this.#before) as unknown as State,
      resets: this.#resets,
      core: this.core.snapshot(),
      clock: this.#clock.snapshot(),
      scheduler: this.scheduler.snapshot(),
      devices: Object.fromEntries(this.devices.map((device) => [device.name, device.snapshot()])),
      semihosting: this.#semihosting?.snapshot() ?? null,
      memory: memoryState(this.memory),
    };
  }

  /**
   * Takes over the state of a machine that was built alike.
   * @throws UserError when the snapshot is of another version, board or timing model.
   */
  restore(state: State): void {
    const model = `${this.model.name}/${this.model.version}`;
    if (state.version !== SNAPSHOT_VERSION || state.board !== this.board.name || state.model !== model) {
      throw new UserError(
        `the snapshot is of version ${state.version}, board ${state.board}, model ${state.model}; this is version ${SNAPSHOT_VERSION}, board ${this.board.name}, model ${model}`,
        'Restore it into a machine that is built like the one it was taken from.',
      );
    }
    this.#before = structuredClone(state.before) as unknown as CoreStatistics;
    this.#resets = state.resets as number;
    this.#stop = undefined;
    this.#ended = undefined;
    this.#resetRequested = false;
    this.#waitsForInput = false;
    restoreMemory(this.memory, state.memory as State);
    this.#clock.restore(state.clock as State);
    for (const device of this.devices) device.restore((state.devices as State)[device.name] as State);
    this.scheduler.restore(state.scheduler as State);
    if (this.#semihosting !== undefined) this.#semihosting.restore(state.semihosting as State);
    this.core.restore(state.core as State);
    this.#recorder?.restored(state);
  }

  /** Fingerprint of `snapshot()`: equal for machines with the same future. 16 hexadecimal digits. */
  stateHash(): string {
    const fingerprint = new Fingerprint();
    fingerprint.state(this.snapshot());
    return fingerprint.digest();
  }

  // --- Private ------------------------------------------------------------------------------------------------

  #total(): CoreStatistics {
    const now = this.core.statistics();
    return {
      instructions: this.#before.instructions + now.instructions,
      cycles: this.#before.cycles + now.cycles,
      sleepCycles: this.#before.sleepCycles + now.sleepCycles,
      exceptions: addCounts(this.#before.exceptions, now.exceptions),
      interrupts: addCounts(this.#before.interrupts, now.interrupts),
    };
  }

  #breakpoint(symbol: string | number | undefined): number | undefined {
    return typeof symbol === 'string' ? this.symbols.require(symbol).address : symbol;
  }

  #watch(pattern: RegExp | string | undefined, result: (text: string) => RunResult): Watch[] {
    if (pattern === undefined) return [];
    const compiled = typeof pattern === 'string' ? compile(pattern) : pattern;
    return [{ pattern: compiled, seen: (text) => this.#end(result(text)) }];
  }

  /** The first reason wins. */
  #end(result: RunResult): void {
    this.#stop ??= result;
    this.core.requestAttention();
  }

  #output(byte: number, port: string): void {
    this.log.append(byte);
    for (const listener of this.events.console.all) listener(byte, port);
  }

  #requireStimulus(): StimulusPorts {
    const { stimulusPorts } = this.#parts;
    if (stimulusPorts !== undefined) return stimulusPorts;
    throw new UserError(
      `the processor of ${this.board.name} has no ITM`,
      'Only ARM boards have one; `bluesim boards` lists them.',
    );
  }

  #connectStimulus(forConsole: readonly number[]): void {
    if (forConsole.length > 0) this.#requireStimulus();
    const { stimulusPorts } = this.#parts;
    if (stimulusPorts === undefined) return;
    stimulusPorts.onStimulus = (port, width, value) => {
      for (const listener of this.events.stimulus.all) listener(port, width, value);
      if (!forConsole.includes(port)) return;
      for (let shift = 0; shift < 8 * width; shift += 8) this.#output((value >>> shift) & 0xff, 'itm');
    };
  }

  #guestError(error: GuestError): void {
    this.#guestErrors.set(error.category, (this.#guestErrors.get(error.category) ?? 0) + 1);
    for (const listener of this.events.guestErrors.all) listener(error);
    if (this.options.strict) this.#end({ kind: 'guest-error', error });
  }

  /** A guest that is on its board by choice is let go on, as on the real one. */
  #foreignTouched(touch: ForeignTouch): void {
    this.foreignTouch ??= touch;
    const message = foreignTouchText(touch, this.board.name);
    if (this.#boardIsGuess) this.#end({ kind: 'wrong-board', board: this.board.name, touch });
    else this.#guestError({ source: 'board', category: 'other-board', message });
  }

  #makeRecorder(): FlightRecorder {
    return new FlightRecorder({
      machine: this,
      twin: (files) => {
        const { semihosting = {} } = this.options;
        const twin = new Machine({
          ...this.options,
          board: this.board,
          flightRecorder: false,
          semihosting: semihosting && { ...semihosting, files },
        });
        if (this.image !== undefined) twin.load(this.image);
        return twin;
      },
    });
  }

  #makeSemihosting(settings: SemihostingSettings): Semihosting {
    const imageName = () => this.image?.name ?? '';
    const files =
      settings.files ?? (settings.root === undefined ? NO_FILES : new DirectoryFiles(settings.root));
    return new Semihosting({
      clock: this,
      console: {
        write: (bytes) => {
          for (const byte of bytes) this.#output(byte, 'semihosting');
        },
      },
      files: this.#recorder?.journal.record(files) ?? files,
      get commandLine() {
        return [imageName(), ...(settings.arguments ?? [])].join(' ');
      },
      epochSeconds: this.options.epochSeconds ?? DEFAULT_EPOCH_SECONDS,
      heapInfo: this.#heapInfo,
      guestError: (category, message) => this.#guestError({ source: 'semihosting', category, message }),
    });
  }

  readonly #heapInfo = heapInfoOf(() => heapBounds(this.memory, this.#segments));

  #semihost(operation: number, parameter: number): number | 'retry' | 'stop' {
    assert(this.#semihosting !== undefined, 'semihosting is off');
    const outcome = this.#semihosting.call(operation, parameter, this.#guestAccess);
    switch (outcome.kind) {
      case 'continue':
        return outcome.result;
      case 'exit':
        this.#end({ kind: 'exit', code: outcome.code, reason: `semihosting ${outcome.reason}` });
        return 'stop';
      default:
        this.#waitsForInput = true;
        return 'retry';
    }
  }

  readonly #guestAccess: GuestAccess = {
    readByte: (address) => (this.memory.find(address) === undefined ? undefined : this.bus.peek(address, 1)),
    readWord: (address) =>
      this.memory.find(address)?.contains(address, 4) ? this.bus.peek(address, 4) : undefined,
    writeByte: (address, value) => this.#guestWrite(address, Uint8Array.of(value)),
    writeWord: (address, value) => this.#guestWrite(address, new Uint8Array(Int32Array.of(value).buffer)),
  };

  #guestWrite(address: number, bytes: Uint8Array): boolean {
    const region = this.memory.find(address);
    return region?.permissions.write === true && this.bus.poke(address, bytes);
  }
}

/** What an image asks for and the options leave open. */
function suggestions(
  image: Image,
  options: MachineOptions,
): Pick<MachineOptions, 'cpu'> & { board: string | BoardDescription } {
  const board = options.board ?? suggestBoard(image);
  const cpu = options.cpu ?? suggestCpu(image, typeof board === 'string' ? boardByName(board) : board);
  return { board, ...(cpu === undefined ? {} : { cpu }) };
}

function addCounts(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new UserError(`/${pattern}/ is not a regular expression: ${(error as Error).message}`);
  }
}
