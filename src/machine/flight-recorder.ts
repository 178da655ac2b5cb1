/**
 * The last branches before the end of a run, at no cost to the run. Nothing is noted while it runs but a
 * checkpoint now and then and the input since; when someone asks, a second machine is made from the checkpoint,
 * is given the same input at the same cycles, and is observed over the last stretch. Determinism pays for it.
 *
 * The second machine touches nothing of the host: the results of the guest's file operations were noted and
 * are given again.
 */
import type { State } from '../bus/state.ts';
import type { CoreObserver } from '../cpu/core.ts';
import { FileJournal } from './file-journal.ts';
import { Fingerprint } from './hash.ts';
import type { Machine } from './machine.ts';
import type { HostFiles } from './semihosting/files.ts';

export interface Branch {
  readonly from: number;
  readonly to: number;
  /** How often it was taken in a row. */
  readonly times: number;
  /** The cause, when it was no branch but a trap. */
  readonly trap: string | undefined;
}

/** The oldest first; or why they are not known. */
export type LastBranches =
  | { kind: 'known'; branches: readonly Branch[] }
  | { kind: 'unknown'; reason: string };

interface Checkpoint {
  /** Undefined: power-on with the image. */
  readonly state: State | undefined;
  readonly cycle: number;
  readonly instructions: number;
  /** Position in the log of inputs, and in the journal of files. */
  readonly inputs: number;
  readonly files: number;
}

type Input = { cycle: number; port: string } & ({ bytes: Uint8Array } | { open: boolean });

/** How many branches are told. */
const BRANCHES = 16;
/** Cycles before the end that are observed. */
const WINDOW_CYCLES = 100_000;
/** Instructions between checkpoints: from the first to the largest, doubling. */
const FIRST_INTERVAL = 2 ** 24;
const LARGEST_INTERVAL = 2 ** 27;
/** No more than this is executed again: some seconds. */
const LONGEST_REPEAT = 2 ** 28 + LARGEST_INTERVAL;
/** A guest that has written more memory than this gets no checkpoints: copying it would be felt. */
const LARGEST_STATE_PAGES = 12_288;
/** As much input is kept. */
const LARGEST_INPUT_BYTES = 16 << 20;

/** What the recorder asks of the machine that it belongs to. */
export interface RecorderSubject {
  readonly machine: Machine;
  /** Another machine built and loaded alike, at power-on, with these files. */
  twin(files: HostFiles): Machine;
}

export class FlightRecorder {
  /** Cycle since power-on at which `due` wants to be called. */
  nextCycle = FIRST_INTERVAL;
  readonly journal = new FileJournal(() => this.#lose('the guest read too much from files to keep'));
  readonly #subject: RecorderSubject;
  #checkpoints: Checkpoint[] = [{ state: undefined, cycle: 0, instructions: 0, inputs: 0, files: 0 }];
  #interval = FIRST_INTERVAL;
  #nextInstructions = FIRST_INTERVAL;
  #inputs: Input[] = [];
  #inputBytes = 0;
  /** Why there is no checkpoint, while there is none. */
  #loss = '';
  /** Inputs that were dropped from the front of the log. */
  #droppedInputs = 0;

  constructor(subject: RecorderSubject) {
    this.#subject = subject;
  }

  /** The machine has been put into this state from outside. */
  restored(state: State): void {
    const { machine } = this.#subject;
    this.#lose('');
    this.#checkpoints = [this.#make(state)];
    this.#interval = FIRST_INTERVAL;
    this.#nextInstructions = machine.instructions + this.#interval;
    this.nextCycle = machine.cycles + this.#interval;
  }

  input(port: string, bytes: Uint8Array): void {
    this.#inputs.push({ cycle: this.#subject.machine.cycles, port, bytes: bytes.slice() });
    this.#inputBytes += bytes.length;
    if (this.#inputBytes > LARGEST_INPUT_BYTES) this.#lose('there was too much input to keep');
  }

  inputOpen(port: string, open: boolean): void {
    this.#inputs.push({ cycle: this.#subject.machine.cycles, port, open });
  }

  /** A checkpoint may be due: they are spaced in instructions, because sleep need not be repeated. */
  due(): void {
    const { machine } = this.#subject;
    const { instructions } = machine;
    if (instructions >= this.#nextInstructions) {
      this.#checkpoint();
      this.#interval = Math.min(LARGEST_INTERVAL, 2 * this.#interval);
      this.#nextInstructions = instructions + this.#interval;
    }
    this.nextCycle = machine.cycles + this.#nextInstructions - instructions;
  }

  #checkpoint(): void {
    const { machine } = this.#subject;
    let pages = 0;
    for (const region of machine.memory.memories) {
      for (const _ of region.touchedPages()) pages++;
    }
    if (pages > LARGEST_STATE_PAGES) return;
    this.#checkpoints.push(this.#make(machine.snapshot()));
    // The one before stays, in case the end comes right after this one.
    if (this.#checkpoints.length > 2) this.#checkpoints.shift();
    const [oldest] = this.#checkpoints as [Checkpoint];
    this.#forgetInputs(oldest.inputs - this.#droppedInputs);
    this.journal.forgetBefore(oldest.files);
  }

  /** Finds out; takes up to some seconds. */
  lastBranches(): LastBranches {
    const { machine } = this.#subject;
    const unknown = (reason: string): LastBranches => ({ kind: 'unknown', reason });
    const windowStart = machine.cycles - WINDOW_CYCLES;
    const checkpoint =
      this.#checkpoints.findLast(({ cycle }) => cycle <= windowStart) ?? this.#checkpoints[0];
    if (checkpoint === undefined) return unknown(this.#loss);
    const toRepeat = machine.instructions - checkpoint.instructions;
    if (toRepeat > LONGEST_REPEAT) {
      return unknown(`${toRepeat.toLocaleString('en-US')} instructions would have to be repeated`);
    }
    try {
      const replay = this.journal.replay(checkpoint.files);
      const twin = this.#subject.twin(replay);
      if (checkpoint.state !== undefined) replay.whileRestoring(() => twin.restore(checkpoint.state!));
      const branches = this.#repeat(twin, checkpoint, windowStart);
      if (branches === undefined || fingerprint(twin) !== fingerprint(machine)) {
        return unknown('the run could not be repeated: something from outside has changed the machine');
      }
      return { kind: 'known', branches };
    } catch (error) {
      return unknown(`the run could not be repeated: ${(error as Error).message}`);
    }
  }

  /** Nothing can be repeated from before the next checkpoint. */
  #lose(reason: string): void {
    this.#loss = reason;
    this.#checkpoints = [];
    this.#forgetInputs(this.#inputs.length);
    this.journal.forgetBefore(this.journal.position);
  }

  #forgetInputs(count: number): void {
    for (const input of this.#inputs.splice(0, count)) {
      if ('bytes' in input) this.#inputBytes -= input.bytes.length;
      this.#droppedInputs++;
    }
  }

  #make(state: State | undefined): Checkpoint {
    const { machine } = this.#subject;
    return {
      state,
      cycle: machine.cycles,
      instructions: machine.instructions,
      inputs: this.#droppedInputs + this.#inputs.length,
      files: this.journal.position,
    };
  }

  /** Runs the twin up to where the machine is. */
  #repeat(twin: Machine, checkpoint: Checkpoint, windowStart: number): Branch[] | undefined {
    const end = this.#subject.machine.cycles;
    const recorder = new BranchRecorder(twin);
    const inputs = this.#inputs.slice(checkpoint.inputs - this.#droppedInputs);
    const runTo = (cycle: number): void => {
      if (cycle > twin.cycles) twin.run({ untilCycle: cycle });
    };
    let observed = false;
    const observeFrom = (cycle: number): void => {
      if (observed || cycle < windowStart) return;
      observed = true;
      runTo(windowStart);
      twin.observe(recorder);
    };
    for (const input of inputs) {
      observeFrom(input.cycle);
      runTo(input.cycle);
      if (twin.cycles !== input.cycle) return undefined;
      if ('open' in input) twin.setInputOpen(input.open, input.port);
      else twin.input(input.bytes, input.port);
    }
    observeFrom(end);
    runTo(end);
    return recorder.finish();
  }
}

/** Everything but memory, which would take long and differs only if something here does. */
function fingerprint(machine: Machine): string {
  const { memory: _, ...state } = machine.snapshot();
  const result = new Fingerprint();
  result.state(state);
  return result.digest();
}

/** Notes where control goes other than straight on. */
class BranchRecorder implements CoreObserver {
  readonly #machine: Machine;
  #branches: { from: number; to: number; times: number; trap: string | undefined }[] = [];
  /** The instruction before, or -1. */
  #last = -1;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  instruction(pc: number): void {
    if (this.#last >= 0) this.#went(this.#last, pc);
    this.#last = pc;
  }

  trap(cause: number, isInterrupt: boolean, pc: number, _value: number, target: number): void {
    // An interrupt comes between two instructions: the one before it may have been a branch.
    if (isInterrupt && this.#last >= 0) this.#went(this.#last, pc);
    this.#last = -1;
    this.#add(pc, target, this.#machine.trapName(cause, isInterrupt));
  }

  finish(): Branch[] {
    const { isa, registers, pc } = this.#machine;
    // A processor that has locked up went nowhere.
    if (this.#last >= 0 && isa.place(registers) === pc) this.#went(this.#last, pc);
    return this.#branches;
  }

  #went(from: number, to: number): void {
    const distance = to - from;
    if (distance === 2 || distance === 4) {
      const halfword = this.#machine.bus.peek(from, 2) ?? 0;
      if (distance === this.#machine.isa.instructionLength(halfword)) return;
    }
    this.#add(from, to, undefined);
  }

  #add(from: number, to: number, trap: string | undefined): void {
    const latest = this.#branches.at(-1);
    if (latest?.from === from && latest.to === to && latest.trap === trap) {
      latest.times++;
      return;
    }
    this.#branches.push({ from, to, times: 1, trap });
    if (this.#branches.length > BRANCHES) this.#branches.shift();
  }
}
