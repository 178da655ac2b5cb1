import { describe, expect, test } from 'vitest';
import { Machine } from '../machine/machine.ts';
import { guestView } from '../machine/report-facts.ts';
import { armv7mFacts, CFSR_MEANINGS, HFSR_MEANINGS } from './armv7m-facts.ts';
import { loadWord, R0, R1, R2, storeWord, type ThumbLine, thumbProgram } from './thumb-program.ts';

const SPIN: ThumbLine[] = ['spin:', ['B', 'T2', {}, 'spin']];
const [PSP, PRIMASK, BASEPRI, CONTROL] = [9, 16, 17, 20];
const [SHCSR, ISER, ISPR] = [0xe000_ed24, 0xe000_e100, 0xe000_e200];
const [MEM_MANAGE, SVCALL] = [4, 11];

const write = (special: number, register: number): ThumbLine => [
  'MSR',
  'T1',
  { rn: register, imm: special, imm2: 2 },
];

/** Runs until the guest is stuck. */
function stuckAt(functions: Record<string, ThumbLine[]>, handlers: Record<number, string> = {}) {
  const machine = Machine.fromImage(thumbProgram(functions, { handlers }));
  expect(machine.run({ maxCycles: 10_000 }).kind).toBe('stuck');
  return { machine, facts: armv7mFacts(guestView(machine)) };
}

const linesOf = (facts: ReturnType<typeof armv7mFacts>) =>
  facts.trap?.lines.map(([name, meaning]) => `${name} ${meaning}`.trim());

describe('where a guest is', () => {
  test('in Thread mode, without rights, on the process stack', () => {
    const { facts } = stuckAt({
      start: [
        ...loadWord(R0, 0x2000_0800),
        write(PSP, R0),
        ['MOV (immediate)', 'T1', { rd: R0, imm: 3 }],
        write(CONTROL, R0),
        ...SPIN,
      ],
    });
    expect(facts.mode).toBe('Thread mode, unprivileged, process stack, flags nzcvq');
    expect(facts.trap).toBeUndefined();
  });

  test('in a handler, in an IT block', () => {
    const { facts } = stuckAt(
      {
        start: [['SVC', 'T1', { imm: 0 }]],
        handler: [
          ['CMP (immediate)', 'T1', { rn: R0, imm: 0 }],
          ['IT', 'T1', { cond: 0, imm: 4 }],
          ['WFI', 'T1'],
          ['NOP', 'T1'],
        ],
      },
      { [SVCALL]: 'handler' },
    );
    expect(facts.mode).toBe('handling SVCall, flags nZCvq, in an IT block (ITSTATE 0x08)');
  });
});

test('an exception that is over and was no fault leaves nothing to tell', () => {
  const { machine, facts } = stuckAt(
    { start: [['SVC', 'T1', { imm: 0 }], ...SPIN], handler: [['BX', 'T1', { rm: 14 }]] },
    { [SVCALL]: 'handler' },
  );
  expect(machine.statistics().exceptions).toEqual({ SVCall: 1 });
  expect(facts.trap).toBeUndefined();
});

describe('interrupts', () => {
  test('which masks are set, what is enabled, what is pending', () => {
    const { facts } = stuckAt({
      start: [
        ['MOV (immediate)', 'T1', { rd: R0, imm: 0x40 }],
        write(BASEPRI, R0),
        write(PRIMASK, R0),
        ['MOV (immediate)', 'T1', { rd: R0, imm: 1 }],
        write(PRIMASK, R0),
        ...storeWord(ISER, 0x0000_1300),
        ...storeWord(ISPR, 0x0000_0002),
        ...SPIN,
      ],
    });
    expect(facts.interrupts).toEqual([
      'PRIMASK is set, BASEPRI is 0x40; pending: IRQ 1 (uart0.tx)',
      expect.stringMatching(
        /^enabled: IRQ 8 \(timer0\), IRQ 9 \(timer1\), IRQ 12 \(uart0.overflow and \d more\)$/,
      ),
    ]);
  });

  test('many are counted; SysTick and PendSV are told when there is something to tell', () => {
    const { facts } = stuckAt({
      start: [
        ['MOV (immediate)', 'T1', { rd: R0, imm: 1 }],
        write(PRIMASK, R0),
        ...storeWord(ISER, -1),
        ...storeWord(0xe000_ed04, 0x1400_0000),
        ...SPIN,
      ],
    });
    expect(facts.interrupts).toEqual([
      'PRIMASK is set; pending: SysTick, PendSV',
      'enabled: IRQ 0 (uart0.rx), IRQ 1 (uart0.tx), IRQ 2 (uart1.rx) and 29 more',
    ]);
  });
});

describe('a fault', () => {
  test('of the MPU: status, address, frame on the process stack', () => {
    const { facts } = stuckAt(
      {
        start: [
          ...storeWord(SHCSR, 1 << 16),
          ...loadWord(R0, 0x2000_0800),
          write(PSP, R0),
          ['MOV (immediate)', 'T1', { rd: R0, imm: 2 }],
          write(CONTROL, R0),
          ...storeWord(0xe000_ed94, 1),
          ['BL', 'T1', {}, 'faulty'],
        ],
        faulty: [...loadWord(R2, 0x2000_0000), ['LDR (immediate)', 'T1', { rd: R0, rn: R2, imm: 4 }]],
        handler: SPIN,
      },
      { [MEM_MANAGE]: 'handler', 3: 'handler' },
    );
    // Without a region and without PRIVDEFENA the first fetch faults already, and so does the stacking.
    expect(facts.mode).toMatch(/^handling (MemManage|HardFault)/);
    expect(linesOf(facts)!.join('\n')).toMatch(
      /IACCVIOL: an instruction was fetched from where the MPU or XN/,
    );
  });

  test('that is escalated: why, and what was going on', () => {
    const { facts } = stuckAt(
      {
        start: [['BL', 'T1', {}, 'faulty']],
        faulty: [
          ['PUSH', 'T1', { imm: (1 << 14) | (1 << R1) }],
          ...loadWord(R1, 0x6000_0000),
          ['LDR (immediate)', 'T1', { rd: R0, rn: R1, imm: 8 }],
        ],
        handler: [
          ['PUSH', 'T1', { imm: 1 << 14 }],
          ['BL', 'T1', {}, 'inner'],
        ],
        inner: SPIN,
      },
      { 3: 'handler' },
    );
    expect(linesOf(facts)).toEqual([
      expect.stringMatching(/^at faulty\+0xa \(0x\w+\): ldr r0, \[r1, #8\]$/),
      'frame at 0x20000fd8 on the main stack, by HardFault',
      'r0 0x00000000  r1 0x60000000  r2 0x00000000  r3 0x00000000',
      'r12 0x00000000  lr 0x00000105 start+0x4',
      expect.stringMatching(/^pc 0x\w+ {2}xPSR 0x41000000: Thread mode, flags nZcvq$/),
      'CFSR 0x00008200 PRECISERR: a load or store went to where nothing answers',
      'BFAR 0x60000008: nothing is there',
      "HFSR 0x40000000 FORCED: the fault's own handler is disabled, or its priority is too low",
      'SHCSR MemManage, BusFault, UsageFault are disabled',
    ]);
    expect(
      facts.backtrace.frames.map(({ text, note }) => (note === undefined ? text : `${text} [${note}]`)),
    ).toEqual(['inner', 'handler+0x6', 'faulty+0xa [exception: HardFault]', 'start+0x4']);
  });

  test('no sentence is too long for a line of 100 columns', () => {
    const before = '  CFSR    0x00000000 '.length;
    for (const [, name, meaning] of [...CFSR_MEANINGS, ...HFSR_MEANINGS]) {
      expect(before + `${name}: ${meaning}`.length, name).toBeLessThanOrEqual(100);
    }
  });
});

test('the main stack pointer of a handler that a thread on the process stack calls is its own', () => {
  const { machine, facts } = stuckAt(
    {
      start: [
        ...loadWord(R0, 0x2000_0800),
        write(PSP, R0),
        ['MOV (immediate)', 'T1', { rd: R0, imm: 2 }],
        write(CONTROL, R0),
        ['BL', 'T1', {}, 'thread'],
      ],
      thread: [
        ['PUSH', 'T1', { imm: 1 << 14 }],
        ['SVC', 'T1', { imm: 0 }],
        ['NOP', 'T1'],
      ],
      handler: [['PUSH', 'T1', { imm: (1 << 14) | 0xf0 }], ...SPIN],
    },
    { [SVCALL]: 'handler' },
  );
  expect(machine.registers.read('psp')).toBe(0x2000_07d8);
  expect(linesOf(facts)![1]).toBe('frame at 0x200007d8 on the process stack, by SVCall');
  expect(facts.backtrace.frames.map(({ text }) => text)).toEqual(['handler+0x2', 'thread+0x4', 'start+0x16']);
  expect(machine.registers.read('msp')).toBe(0x2000_1000 - 20);
});
