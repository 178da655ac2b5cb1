/** `bluesim boards`: what there is to run on, with the memory maps. Taken from built machines, so that it is what is. */
import { hex32 } from '../errors.ts';
import type { BoardDescription } from '../machine/board.ts';
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
  /** `rwx` of a memory, the type of a device. */
  description: string;
  interrupt: number | undefined;
}

function windowsOf(board: BoardDescription): Window[] {
  const machine = new Machine({ board });
  const memories = machine.memory.regions.map(({ name, address, sizeBytes, permissions }): Window => {
    const { read, write, execute } = permissions;
    const description = `${read ? 'r' : '-'}${write ? 'w' : '-'}${execute ? 'x' : '-'}`;
    return { name, kind: 'memory', address, sizeBytes, description, interrupt: undefined };
  });
  const devices = machine.bus.mappings.map(({ start, end, device }): Window => {
    const description = board.devices.find(({ name }) => name === device.name);
    return {
      name: device.name,
      kind: 'device',
      address: start,
      sizeBytes: end - start,
      description: description?.type ?? '',
      interrupt: description !== undefined && 'interrupt' in description ? description.interrupt : undefined,
    };
  });
  return [...memories, ...devices].sort((a, b) => a.address - b.address);
}

export function boardsText(style: Style = PLAIN): string {
  const lines: string[] = [];
  for (const board of BOARDS) {
    if (lines.length > 0) lines.push('');
    lines.push(
      `${style.name(board.name)}: ${board.title}`,
      `  ${board.frequencyHz / 1e6} MHz, reset at ${hex32(board.resetAddress)}, console ${board.console}, RAM up to ${readableSize(board.ram.largestBytes)} (--ram)`,
    );
    const rows = windowsOf(board).map((window) => [
      hex32(window.address),
      hex32(window.address + window.sizeBytes - 1),
      readableSize(window.sizeBytes),
      window.interrupt === undefined ? '' : String(window.interrupt),
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
    architecture: board.architecture,
    frequencyHz: board.frequencyHz,
    resetAddress: board.resetAddress,
    console: board.console,
    model: board.model,
    ram: board.ram,
    windows: windowsOf(board).map(({ interrupt, ...rest }) => ({ ...rest, interrupt: interrupt ?? null })),
  }));
}
