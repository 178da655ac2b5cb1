/** Gathers from a machine what a report tells (report.ts): without side effects on the guest. */
import type { GuestView } from '../debug/guest-view.ts';
import { hex32 } from '../errors.ts';
import type { LastBranches } from './flight-recorder.ts';
import type { Machine } from './machine.ts';
import type { ReportFacts } from './report.ts';

export function gatherFacts(machine: Machine, branches: LastBranches | undefined): ReportFacts {
  const { registers, symbols } = machine;
  const view = guestView(machine);
  const guest = machine.isa.facts(view);
  return {
    symbols,
    cycles: machine.cycles,
    seconds: machine.nanoseconds / 1e9,
    place: view.placeText(machine.isa.place(registers), machine.isa.context(registers)),
    guest,
    trapNoun: machine.isa.trapNoun,
    registers: guest.registers.map((name) => {
      const value = registers.read(name)!;
      return { name, value, pointsTo: pointedTo(machine, value) };
    }),
    branches,
  };
}

/** Bit 0 of a pointer to code says only that it is Thumb code. */
function pointedTo({ symbols, isa }: Machine, value: number): number {
  const isCode = symbols.at(value)?.symbol.kind === 'function';
  return isCode && isa.architecture === 'armv7m' ? (value & ~1) >>> 0 : value;
}

/** A machine as reports and backtraces see it. */
export function guestView(machine: Machine): GuestView {
  const { memory, bus, symbols, registers, disassembler } = machine;
  const statistics = machine.statistics();
  const readCode = (address: number) => {
    const region = memory.find(address);
    return region?.permissions.execute && region.contains(address, 2) ? bus.peek(address, 2) : undefined;
  };
  const symbol = (target: number) => (symbols.at(target) ? symbols.format(target) : undefined);
  const instructionText = (word: number, address: number, context = 0) =>
    disassembler.disassemble(word, address, { symbol, context }).text;
  return {
    registers,
    symbols,
    entry: machine.entry,
    hasTrapped: Object.keys(statistics.exceptions).length + Object.keys(statistics.interrupts).length > 0,
    trapName: (cause, isInterrupt) => machine.trapName(cause, isInterrupt),
    readWord: (address) => (memory.find(address)?.contains(address, 4) ? bus.peek(address, 4) : undefined),
    readCode,
    peekWord: (address) => bus.peek(address, 4),
    instructionText,
    placeText: (address, context) => {
      const name = symbols.format(address);
      const place = name === hex32(address) ? name : `${name} (${hex32(address)})`;
      const low = readCode(address);
      if (low === undefined) return `${place}: there is no code`;
      return `${place}: ${instructionText(low | ((readCode(address + 2) ?? 0) << 16), address, context)}`;
    },
    whatIsAt: (address) => whatIsAt(machine, address),
  };
}

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
