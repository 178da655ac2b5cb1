/** Each rule of rules.ts fails on what it forbids, and lets pass what looks alike. */
import { expect, test } from 'vitest';
import { cycles, importsOf, violations } from './rules.ts';

/** What breaks a rule in one small source, without the reasons. */
function found(path: string, text: string): string[] {
  return violations([{ path, text }]).map((line) => line.replace(/: [^:]*$/, ''));
}

test('imports of every form are seen, with their line', () => {
  const text = `/** import './comment.ts'; */
import type { A } from './a.ts';
import { type B } from './b.ts';
import { C, type D } from '../c.ts';
export { e } from './e.ts';
export * from './f.ts';
import './execute.ts?observed=true';
const text = "import './string.ts'";
const g = await import('./g.ts');
type H = typeof import('./h.ts');
import fs from 'node:fs';
`;
  expect(importsOf({ path: 'src/cpu/x.ts', text })).toEqual([
    { target: 'src/cpu/a.ts', line: 2, typeOnly: true },
    { target: 'src/cpu/b.ts', line: 3, typeOnly: true },
    { target: 'src/c.ts', line: 4, typeOnly: false },
    { target: 'src/cpu/e.ts', line: 5, typeOnly: false },
    { target: 'src/cpu/f.ts', line: 6, typeOnly: false },
    { target: 'src/cpu/execute.ts', line: 7, typeOnly: false },
    { target: 'src/cpu/g.ts', line: 9, typeOnly: false },
    { target: 'src/cpu/h.ts', line: 10, typeOnly: true },
    { target: 'node:fs', line: 11, typeOnly: false },
  ]);
});

const FORBIDDEN_IMPORTS: [from: string, target: string][] = [
  ['src/cpu/riscv/hart.ts', '../../devices/irq/plic.ts'],
  ['src/cpu/riscv/hart.ts', '../../machine/machine.ts'],
  ['src/cpu/riscv/hart.ts', '../../debug/target.ts'],
  ['src/cpu/core.ts', '../kernel/ownership/reports.ts'],
  ['src/cpu/riscv/hart.ts', '../armv7m/state.ts'],
  ['src/cpu/armv7m/state.ts', '../riscv/trap.ts'],
  ['src/devices/irq/plic.ts', '../../cpu/core.ts'],
  ['src/devices/irq/plic.ts', '../../machine/machine.ts'],
  ['src/devices/irq/plic.ts', '../timer/clint.ts'],
  ['src/devices/register.ts', './timer/clint.ts'],
  ['src/machine/boards/virt.ts', '../build.ts'],
  ['src/machine/boards/virt.ts', '../../errors.ts'],
  ['src/kernel/ownership/hooks.ts', '../../machine/machine.ts'],
  ['src/kernel/awareness/threads.ts', '../../cpu/core.ts'],
  ['src/kernel/metrics/probes.ts', '../../bus/bus.ts'],
  ['src/debug/gdb/server.ts', '../../machine/machine.ts'],
  ['src/debug/repl/repl.ts', '../../devices/uart/ns16550a.ts'],
  ['src/machine/report.ts', 'chalk'],
  ['src/debug/gdb/server.ts', 'commander'],
  ['src/debug/backtrace.ts', 'chalk/source/index.js'],
  ['src/scheduler/scheduler.ts', 'node:perf_hooks'],
  ['src/scheduler/scheduler.ts', 'timers/promises'],
  ['src/machine/machine.ts', 'node:process'],
  ['src/bus/bus.ts', '../cli/style.ts'],
];

test.each(FORBIDDEN_IMPORTS)('%s may not import %s', (from, target) => {
  for (const text of [`import { x } from '${target}';`, `const x = await import('${target}');`])
    expect(found(from, text)).toContainEqual(expect.stringContaining(`${from}:1 imports `));
});

test('a type is forbidden like a value, but to boards', () => {
  expect(found('src/cpu/core.ts', "import type { Plic } from '../devices/irq/plic.ts';")).toHaveLength(1);
  expect(found('src/machine/boards/x.ts', "import type { BoardDescription } from '../board.ts';")).toEqual(
    [],
  );
});

test('an import that is computed is refused', () => {
  expect(found('src/machine/machine.ts', 'const x = await import(name);')).toHaveLength(1);
});

const ALLOWED_IMPORTS: [from: string, target: string][] = [
  ['src/cpu/riscv/blocks.ts', '../../kernel/memory/guest-memory.ts'],
  ['src/cpu/riscv/hart.ts', '../../bus/bus.ts'],
  ['src/cpu/armv7m/state.ts', '../core.ts'],
  ['src/devices/uart/ns16550a.ts', '../register.ts'],
  ['src/devices/uart/ns16550a.ts', './serial-input.ts'],
  ['src/devices/uart/ns16550a.ts', '../../bus/line.ts'],
  ['src/devices-extra/x.ts', '../cpu/core.ts'],
  ['src/machine/boards/index.ts', './virt.ts'],
  ['src/kernel/ownership/hooks.ts', '../../debug/target.ts'],
  ['src/kernel/ownership/hooks.ts', '../../machine/events.ts'],
  ['src/debug/gdb/server.ts', '../symbols/lines.ts'],
  ['src/debug/repl/repl.ts', 'chalk'],
  ['src/cli/program.ts', 'commander'],
  ['src/cli/run.ts', 'node:process'],
  ['src/machine/loader/image.ts', 'node:fs'],
];

test.each(ALLOWED_IMPORTS)('%s may import %s', (from, target) => {
  expect(found(from, `import { x } from '${target}';`)).toEqual([]);
});

test('two devices of one folder do not know each other', () => {
  const uart = (name: string, more: string) => ({
    path: `src/devices/uart/${name}.ts`,
    text: `${more}export class Uart extends RegisterDevice {}`,
  });
  const helper = { path: 'src/devices/uart/serial-input.ts', text: 'export class SerialInput {}' };
  const first = uart('ns16550a', "import './serial-input.ts';\n");
  expect(violations([first, uart('pl011', ''), helper])).toEqual([]);
  expect(violations([first, uart('pl011', "import './ns16550a.ts';\n"), helper])).toEqual([
    expect.stringContaining('src/devices/uart/pl011.ts:1 imports src/devices/uart/ns16550a.ts'),
  ]);
});

const OUTSIDE_WORLD = [
  'const home = process.env;',
  'const home = globalThis.process;',
  'const now = Date.now();',
  'const now = new Date();',
  'const now = performance.now();',
  'setTimeout(f, 0);',
  'setInterval(f, 0);',
  'setImmediate(f);',
  'const x = Math.random();',
  "const x = Math['random']();",
  'const { random } = Math;',
  'const bytes = crypto.randomBytes(4);',
  'const all = { process };',
  'f(() => process);',
];

test.each(OUTSIDE_WORLD)('below src/cli: no %s', (text) => {
  expect(found('src/machine/machine.ts', text)).toHaveLength(1);
  expect(found('src/cli/run.ts', text)).toEqual([]);
});

test.each([
  '// process, Date and Math.random()',
  "const text = 'process.exit(1)';",
  'const x = thread.process;',
  'const x = { process: 1, Date: 2 };',
  'interface Guest { process: number; setTimeout(): void }',
  'class Guest { process = 1 }',
  'const { process: guest } = threads;',
  'const x = Math.floor(1.5);',
])('what only looks alike passes: %s', (text) => {
  expect(found('src/machine/machine.ts', text)).toEqual([]);
});

test.each([
  'export function uart(index: number) {}',
  'export const SIZE = (bits: number) => 1 << bits;',
  'export const BOARD = { size() {} };',
  'export class Board {}',
  "for (const name of ['a', 'b']) names.push(name);",
  'export let count = 0;',
  'export const NAMES = makeNames();',
  'export const NAMES = new Map();',
])('a board may not have logic: %s', (text) => {
  expect(found('src/machine/boards/board.ts', text).length).toBeGreaterThan(0);
  expect(found('src/machine/board.ts', text)).toEqual([]);
});

test('a board may have data, made of other data', () => {
  const text = `import type { BoardDescription } from '../board.ts';
import { VIRT } from './virt.ts';
type Callback = (x: number) => void;
const RAM = { address: 0x8000_0000, sizeBytes: 1 << 20 };
export const SMALL: BoardDescription = { ...VIRT, name: 'small', ram: RAM };`;
  expect(found('src/machine/boards/small.ts', text)).toEqual([]);
});

test('a file may have 700 lines and no more', () => {
  expect(found('src/bus/bus.ts', '\n'.repeat(700))).toEqual([]);
  expect(found('src/bus/bus.ts', '\n'.repeat(701))).toHaveLength(1);
});

test('test files are passed over', () => {
  expect(found('src/cpu/core.test.ts', "import '../machine/machine.ts'; setTimeout(f, 0);")).toEqual([]);
});

test('circles of folders are found, short and long', () => {
  const file = (path: string, ...targets: string[]) => ({
    path,
    text: targets.map((target) => `import '${target}';`).join('\n'),
  });
  expect(
    cycles([file('src/a/x.ts', '../b/x.ts', './y.ts', 'node:fs'), file('src/b/x.ts', '../c/x.ts')]),
  ).toEqual([]);
  expect(
    cycles([
      file('src/a/x.ts', '../b/x.ts'),
      file('src/b/y.ts', '../c/x.ts'),
      file('src/c/z.ts', '../a/y.ts'),
    ]),
  ).toEqual(['a, b, c']);
  // The allocator is a room of its own: cores stand on it, and other parts of src/kernel look at cores.
  expect(
    cycles([
      file('src/bus/x.ts', '../kernel/memory/x.ts'),
      file('src/kernel/metrics/x.ts', '../../bus/x.ts'),
    ]),
  ).toEqual([]);
  expect(cycles([file('src/a/x.test.ts', '../b/x.ts'), file('src/b/x.ts', '../a/y.ts')])).toEqual([]);
});
