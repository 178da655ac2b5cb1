/** What a run comes to: for people (`--stats`) and for machines (`--json`). */
import type { Machine } from '../machine/machine.ts';
import type { Ending } from './run-loop.ts';

/** What the host spent, which is different each time. */
export interface HostTime {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** The size of RAM where it can be chosen, otherwise null. */
export function ramBytesOf({ board, memory }: Machine): number | null {
  return board.ram === undefined ? null : memory.region('ram').sizeBytes;
}

const grouped = (value: number) => value.toLocaleString('en-US');

function counts(title: string, entries: Record<string, number>): string[] {
  const names = Object.entries(entries);
  if (names.length === 0) return [];
  return [`  ${title}`, ...names.map(([name, count]) => `    ${name.padEnd(30)} ${grouped(count)}`)];
}

/** Lines for `--stats`. */
export function statisticsText(machine: Machine, host: HostTime): string {
  const statistics = machine.statistics();
  const { instructions, cycles, sleepCycles } = statistics;
  const virtualSeconds = machine.nanoseconds / 1e9;
  const mips = instructions / host.cpuSeconds / 1e6;
  const share = cycles === 0 ? 0 : (100 * sleepCycles) / cycles;
  return [
    'bluesim: statistics',
    `  instructions   ${grouped(instructions)}`,
    `  cycles         ${grouped(cycles)} (${machine.model.name}, ${virtualSeconds.toFixed(6)} s at ${machine.frequencyHz / 1e6} MHz)`,
    `  asleep         ${grouped(sleepCycles)} cycles (${share.toFixed(1)} %)`,
    ...counts('exceptions', statistics.exceptions),
    ...counts('interrupts', statistics.interrupts),
    ...counts('guest errors', statistics.guestErrors),
    ...(statistics.resets > 0 ? [`  resets         ${statistics.resets}`] : []),
    `  host           ${host.seconds.toFixed(3)} s, ${host.cpuSeconds.toFixed(3)} s of CPU, ${mips.toFixed(1)} million instructions per second`,
    '',
  ].join('\n');
}

export interface JsonFacts {
  readonly version: string;
  readonly machine: Machine;
  readonly sha256: string;
  readonly exitCode: number;
  readonly ending: Ending;
  /** The ending in a sentence. */
  readonly message: string;
  readonly host: HostTime;
}

/** The object for `--json`. Everything but `host` is the same in every run of the same image with the same input. */
export function statisticsJson(facts: JsonFacts): Record<string, unknown> {
  const { machine, ending, host } = facts;
  const statistics = machine.statistics();
  const { image } = machine;
  return {
    bluesim: facts.version,
    schema: 1,
    exitCode: facts.exitCode,
    end: { ...ending, message: facts.message },
    image: { name: image?.name, sizeBytes: image?.file.length, sha256: facts.sha256 },
    board: machine.board.name,
    ramBytes: ramBytesOf(machine),
    extensions: machine.options.extensions ?? [],
    cpu: machine.options.cpu ?? null,
    warnings: machine.warnings,
    model: { name: machine.model.name, version: machine.model.version },
    waitStates: machine.options.waitStates ?? {},
    statistics,
    stateHash: machine.stateHash(),
    virtualSeconds: machine.nanoseconds / 1e9,
    host: {
      seconds: host.seconds,
      cpuSeconds: host.cpuSeconds,
      millionInstructionsPerSecond: statistics.instructions / host.cpuSeconds / 1e6,
    },
  };
}
