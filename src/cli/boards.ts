/** `bluesim boards`: what there is to run on, with the memory maps. Taken from built machines, so that it is what is. */
import { hex32 } from '../errors.ts';
import {
  architectureOf,
  type BoardDescription,
  type InterruptInput,
  interruptsOf,
} from '../machine/board.ts';
import { BOARDS } from '../machine/boards/index.ts';
import { readableSize } from '../machine/loader/printable.ts';
import { Machine } from '../machine/machine.ts';
import { PLAIN, type Style } from './style.ts';
import { table } from './table.ts';

interface Window {
  name: string;
  kind: 'memory' | 'device';
  address: number;
  sizeBytes: number;
  /** `rwx` of a memory, and what it mirrors; the type of a device. */
  description: string;
  /** Its interrupt outputs and where they lead. */
  interrupts: { line: string; input: InterruptInput }[];
}

function windowsOf(board: BoardDescription): Window[] {
  const machine = new Machine({ board });
  const memories = machine.memory.regions.map((region): Window => {
    const { name, address, sizeBytes, permissions, mirrorOf } = region;
    const { read, write, execute } = permissions;
    const access = `${read ? 'r' : '-'}${write ? 'w' : '-'}${execute ? 'x' : '-'}`;
    const description = mirrorOf === undefined ? access : `${access}, mirror of ${mirrorOf.name}`;
    return { name, kind: 'memory', address, sizeBytes, description, interrupts: [] };
  });
  const devices = machine.bus.mappings.map(({ start, end, device }): Window => {
    const description = board.devices.find(({ name }) => name === device.name);
    return {
      name: device.name,
      kind: 'device',
      address: start,
      sizeBytes: end - start,
      description: description?.type ?? 'processor',
      interrupts: (description === undefined ? [] : interruptsOf(description)).map(([line, input]) => ({
        line,
        input,
      })),
    };
  });
  return [...memories, ...devices].sort((a, b) => a.address - b.address);
}

/** The board in a line: clock, start, terminal, memory that can be chosen. */
function factsOf({ core, frequencyHz, console, ram }: BoardDescription): string {
  const facts = [
    `${frequencyHz / 1e6} MHz`,
    ...(core.type === 'armv7m'
      ? [
          `vector table at ${hex32(core.vectorTable)}`,
          `${core.interrupts} interrupts with ${core.priorityBits} priority bits`,
        ]
      : [`reset at ${hex32(core.resetAddress)}`]),
    `console ${console}`,
  ];
  if (ram !== undefined) facts.push(`RAM up to ${readableSize(ram.largestBytes)} (--ram)`);
  return facts.join(', ');
}

function inputText(input: InterruptInput): string {
  return input === 'nmi' ? 'NMI' : String(input);
}

export function boardsText(style: Style = PLAIN): string {
  const lines: string[] = [];
  for (const board of BOARDS) {
    if (lines.length > 0) lines.push('');
    lines.push(`${style.name(board.name)}: ${board.title}`, `  ${factsOf(board)}`);
    const rows = windowsOf(board).map((window) => [
      hex32(window.address),
      hex32(window.address + window.sizeBytes - 1),
      readableSize(window.sizeBytes),
      window.interrupts.map(({ input }) => inputText(input)).join(' '),
      window.name,
      window.kind === 'memory' ? `memory ${window.description}` : window.description,
    ]);
    lines.push(
      ...table(
        [
          { title: 'first' },
          { title: 'last' },
          { title: 'size', align: 'right' },
          { title: 'IRQ', align: 'right' },
          { title: 'name' },
          { title: 'what' },
        ],
        rows,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same for machines: an array of boards. */
export function boardsJson(): unknown {
  return BOARDS.map((board) => ({
    name: board.name,
    title: board.title,
    architecture: architectureOf(board),
    frequencyHz: board.frequencyHz,
    core: board.core,
    console: board.console,
    model: board.model,
    ram: board.ram ?? null,
    windows: windowsOf(board),
  }));
}
