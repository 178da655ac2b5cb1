import { describe, expect, test } from 'vitest';
import { loadImageFile } from './loader/image.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { MemoryFiles } from './semihosting/memory-files.ts';

const image = (name: string) =>
  loadImageFile(new URL(`../../firmware/images/${name}-riscv32.elf`, import.meta.url).pathname);

function recorded(name: string, options: MachineOptions = {}): Machine {
  return Machine.fromImage(image(name), { flightRecorder: true, ...options });
}

const branchesOf = (machine: Machine) => machine.report().split('Last branches')[1];

describe('the last branches', () => {
  test('end where the guest is, with the trap that led there', () => {
    const machine = recorded('crash');
    expect(machine.run().kind).toBe('stuck');
    const lines = branchesOf(machine)!.trim().split('\n');
    expect(lines[0]).toBe(', the latest last');
    expect(lines).toHaveLength(17);
    expect(lines.at(-2)).toMatch(/store\w* +→ 0x[0-9a-f]{8} parked {3}\[trap: store\/AMO access fault\]$/);
    expect(lines.at(-1)).toMatch(/parked +→ 0x[0-9a-f]{8} parked$/);
  });

  test('are not told by a machine that keeps no records', () => {
    const machine = Machine.fromImage(image('crash'));
    machine.run();
    expect(machine.report()).not.toMatch(/Last branches/);
  });

  test('are found again after the input that there was', () => {
    const machine = recorded('uart-echo');
    machine.setInputOpen(true);
    expect(machine.run().kind).toBe('waiting-for-input');
    machine.input('first\n');
    expect(machine.run().kind).toBe('waiting-for-input');
    machine.input('second\n');
    machine.run({ maxCycles: 30_000 });
    machine.setInputOpen(false);
    expect(machine.run().kind).toBe('stuck');
    expect(machine.console).toMatch(/FIRST\nSECOND\n$/);
    expect(branchesOf(machine)).toMatch(/^, the latest last\n/);
  });

  test('are found again with the files that there were, which nobody touches', () => {
    const files = new MemoryFiles();
    const machine = recorded('semihosting', { semihosting: { files } });
    let touched = 0;
    const counted = (act: keyof MemoryFiles) => {
      const original = files[act].bind(files) as (...words: unknown[]) => unknown;
      Object.assign(files, {
        [act]: (...words: unknown[]) => {
          touched++;
          return original(...words);
        },
      });
    };
    for (const act of ['open', 'remove', 'rename'] as const) counted(act);
    machine.run({ untilConsole: /errors\n/ });
    expect(touched).toBeGreaterThan(5);
    const before = touched;
    expect(branchesOf(machine)).toMatch(/^, the latest last\n/);
    expect(touched).toBe(before);
  });

  test('are left out when someone has changed the machine', () => {
    const machine = recorded('crash');
    machine.run({ maxCycles: 100 });
    machine.registers.write('s11', 5);
    machine.run();
    expect(branchesOf(machine)).toMatch(/not known: .*something from outside/);
  });

  test('go on from a state that was restored', () => {
    const first = recorded('crash');
    first.run({ maxCycles: 700 });
    const second = recorded('crash');
    second.restore(first.snapshot());
    second.run();
    expect(branchesOf(second)).toMatch(/parked\n$/);
  });
});
