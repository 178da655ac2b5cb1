/** Gathers from a machine what a report tells (report.ts): without side effects on the guest. */
import { disassemble } from '../cpu/riscv/disassemble.ts';
import { BASE_EXTENSIONS } from '../cpu/riscv/instructions/table.ts';
import { type BacktraceSource, backtrace } from '../debug/backtrace.ts';
import { interruptWords, modeName, type TrapState, trapState } from '../debug/riscv-facts.ts';
import { hex32 } from '../errors.ts';
import type { LastBranches } from './flight-recorder.ts';
import type { Machine } from './machine.ts';
import type { Place, ReportFacts, TrapFacts } from './report.ts';

/** Registers that a report shows; the trap's own are told in words. */
const HIDDEN = new Set(['pc', 'zero', 'mepc', 'mcause', 'mtval']);

export function gatherFacts(machine: Machine, branches: LastBranches | undefined): ReportFacts {
  const { registers, symbols } = machine;
  const statistics = machine.statistics();
  const hasTrapped =
    Object.keys(statistics.exceptions).length + Object.keys(statistics.interrupts).length > 0;
  const trap = hasTrapped ? trapState(registers) : undefined;
  const source = backtraceSource(machine);
  return {
    symbols,
    cycles: machine.cycles,
    seconds: machine.cycles / machine.board.frequencyHz,
    place: placeOf(machine, source, machine.pc),
    mode: modeName(registers),
    registers: registers.names
      .filter((name) => !HIDDEN.has(name))
      .map((name) => ({ name, value: registers.read(name)! })),
    interrupts: [interruptWords(registers)],
    trap: trap && trapFacts(machine, source, trap),
    backtrace: backtrace(source, {
      pc: machine.pc,
      sp: registers.read('sp')!,
      ra: registers.read('ra')!,
      s0: registers.read('s0')!,
      entry: machine.image?.entry,
      trap,
    }),
    branches,
  };
}

/** The guest as a backtrace sees it. */
export function backtraceSource(machine: Machine): BacktraceSource {
  const { memory, bus, symbols } = machine;
  return {
    symbols,
    readWord: (address) => (memory.find(address)?.contains(address, 4) ? bus.peek(address, 4) : undefined),
    readCode: (address) => {
      const region = memory.find(address);
      return region?.permissions.execute && region.contains(address, 2) ? bus.peek(address, 2) : undefined;
    },
  };
}

function placeOf(machine: Machine, source: BacktraceSource, address: number): Place {
  const low = source.readCode(address);
  if (low === undefined) return { address, instruction: undefined };
  const word = low | ((source.readCode(address + 2) ?? 0) << 16);
  return { address, instruction: instructionText(machine, word, address) };
}

function instructionText(machine: Machine, word: number, address: number): string {
  const { symbols } = machine;
  const extensions = new Set([...BASE_EXTENSIONS, ...(machine.options.extensions ?? [])]);
  const symbol = (target: number) => (symbols.at(target) ? symbols.format(target) : undefined);
  return disassemble(word, address, { extensions, symbol }).text;
}

function trapFacts(machine: Machine, source: BacktraceSource, trap: TrapState): TrapFacts {
  const { cause, mtval } = trap;
  let meaning = '';
  if (trap.value === 'encoding') meaning = mtval === 0 ? '' : instructionText(machine, mtval, trap.mepc);
  else if (trap.value === 'address') meaning = whatIsAt(machine, mtval);
  return { cause, mepc: placeOf(machine, source, trap.mepc), mtval, meaning };
}

/** What an address belongs to. */
function whatIsAt(machine: Machine, address: number): string {
  const region = machine.memory.find(address);
  if (region !== undefined) {
    const located = machine.symbols.at(address);
    const { read, write, execute } = region.permissions;
    const can = `${read ? 'r' : '-'}${write ? 'w' : '-'}${execute ? 'x' : '-'}`;
    return `${located === undefined ? '' : `${machine.symbols.format(address)}, `}in ${region.name} (${can})`;
  }
  const mapping = machine.bus.mappings.find(({ start, end }) => address >= start && address < end);
  if (mapping !== undefined) return `${mapping.device.name}+${hex32(address - mapping.start)}`;
  return 'nothing is there';
}
