/** The command with ARM images: boards, processors, reports, traces. What is the same for all images is tested with RISC-V. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  exitWith,
  loadWord,
  R0,
  R1,
  R2,
  storeWord,
  type ThumbLine,
  type ThumbProgramOptions,
  thumbProgram,
} from '../../src/debug/thumb-program.ts';
import { buildAttributes, buildElf, buildHex } from '../../src/machine/loader/test-images.ts';
import { bluesim, ROOT, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const arm = (name: string) => join(ROOT, 'firmware/images', `${name}-armv7m.elf`);
const run = (...words: string[]) => bluesim(['run', ...words]);

const CMSDK_UART = (number: number) => 0x4000_4000 + 0x1000 * number;
const [DATA, CTRL] = [0x0, 0x8];
const [CPU_ARCH, CPU_PROFILE] = [6, 7];
const [V7_M, V7E_M, V8_M_MAIN] = [10, 13, 17];
const armAttributes = (architecture: number, ...more: number[]) =>
  buildAttributes('aeabi', [CPU_ARCH, architecture, CPU_PROFILE, 0x4d, ...more]);

function write(
  name: string,
  lines: Record<string, ThumbLine[]> | ThumbLine[],
  options?: ThumbProgramOptions,
): string {
  const functions = Array.isArray(lines) ? { start: lines } : lines;
  writeFileSync(path(name), thumbProgram(functions, options).file);
  return path(name);
}

describe('the guest ends', () => {
  test('with success', async () => {
    const { code, stdout, stderr } = await run(arm('hello'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Hello from ARMv7-M on mps2-an385!\n/);
  });

  test('with a code of its own, by semihosting', async () => {
    expect(await run(arm('exit-code'))).toMatchObject({ code: 42, stderr: '' });
    expect(await run(write('exit-7.elf', exitWith(7)))).toMatchObject({ code: 7, stderr: '' });
  });

  test.each([
    [0x20026, 0],
    [0x20023, 1],
    [0x20024, 1],
    [0, 1],
  ])('with the reason 0x%s of SYS_EXIT', async (reason, expected) => {
    const SYS_EXIT = 0x18;
    const image = write(`reason-${reason}.elf`, [
      ...loadWord(R0, SYS_EXIT),
      ...loadWord(R1, reason),
      ['BKPT', 'T1', { imm: 0xab }],
    ]);
    expect((await run(image)).code).toBe(expected);
  });

  test('after it has used all of semihosting', async () => {
    const { code, stdout } = await run('--semihosting-root', folder, arm('semihosting'));
    expect(stdout).toMatch(/all 66 checks passed\n$/);
    expect(code).toBe(21);
  });

  test('without semihosting its call is a breakpoint, and without a debugger that is a HardFault', async () => {
    const image = write('bkpt.elf', exitWith(0));
    const { code, stderr } = await run('--no-semihosting', image);
    expect(code).toBe(125);
    expect(stderr).toContain('DEBUGEVT: BKPT, and no debugger is attached\n');
  });
});

describe('the guest can never get any further', () => {
  test('after a fault: what happened, the frame, and how it came there', async () => {
    const { code, stderr } = await run(arm('crash'));
    expect(code).toBe(125);
    expect(stderr).toMatch(/^bluesim: the guest is stuck at parked: a jump to itself/);
    expect(stderr).toMatch(/\n {2}cycle .*, handling HardFault, flags \w{5}\n/);
    expect(stderr).toMatch(
      /\nLast exception\n {2}at {6}store\S* \(0x\w+\): str.*\n {2}frame {3}at 0x\w+ on the main stack, by HardFault\n/,
    );
    expect(stderr).toContain('PRECISERR: a load or store went to where nothing answers\n');
    expect(stderr).toContain('\n  BFAR    0x60000000: nothing is there\n');
    expect(stderr).toMatch(/#1 {2}0x\w+ store\S* {3}\[exception: HardFault\]\n {2}#2 {2}0x\w+ append/);
    expect(stderr).toMatch(/#\d+ {2}0x\w+ _start\S*\n {2}\(the image begins there\)/);
    expect(stderr).toMatch(/store\S* +→ 0x\w+ parked {3}\[exception: HardFault\]\n/);
  });

  test('in a lockup: the instruction, and the fault before it', async () => {
    const { code, stderr } = await run(arm('lockup'));
    expect(code).toBe(125);
    expect(stderr).toMatch(/^bluesim: the guest is stuck at hard_fault\S*: lockup: an access to 0x60000000/);
    expect(stderr).toMatch(/\n {2}at {6}hard_fault\S* \(0x\w+\): (ldr|str)/);
    expect(stderr).toContain(', locked up handling HardFault, ');
    expect(stderr).toContain('DIVBYZERO: a division by zero, with CCR.DIV_0_TRP\n');
    expect(stderr).toMatch(/\[exception: HardFault\]/);
  });

  test('for want of a vector table', async () => {
    const { code, stderr } = await run(arm('stuck'));
    expect(code).toBe(125);
    expect(stderr).toMatch(/stuck at main\S*: lockup: the vector of HardFault at 0x\w+ cannot be read/);
    expect(stderr).toContain('VECTTBL: a vector could not be read\n');
    expect(stderr).toContain('UNDEFINSTR: an undefined instruction\n');
    expect(stderr).toMatch(/#0 {2}0x\w+ main\S*\n {2}#1 {2}0x\w+ _start/);
  });

  test.each([
    ['spin', 'a jump to itself'],
    ['wfi-forever', 'WFI'],
  ])('%s', async (name, reason) => {
    const { code, stderr } = await run(arm(name));
    expect(code).toBe(125);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('Last exception');
  });

  test('at an instruction for which there is no unit', async () => {
    const VMOV_S0_R0 = [0xee00, 0x0a10];
    const { code, stderr } = await run(write('vfp.elf', [...VMOV_S0_R0, ...exitWith(0)]));
    expect(code).toBe(125);
    expect(stderr).toContain('NOCP: a coprocessor or floating-point instruction without such a unit');
  });

  test('no line of a report is longer than 100 columns', async () => {
    for (const name of ['crash', 'lockup', 'stuck', 'spin', 'wfi-forever']) {
      for (const line of (await run(arm(name))).stderr.split('\n')) {
        if (!line.startsWith('bluesim:')) expect(line.length, line).toBeLessThanOrEqual(100);
      }
    }
  });
});

describe('boards', () => {
  test('an image for the other one ends with a hint when it touches its UART', async () => {
    const image = arm('hello-lm3s6965evb');
    const { code, stdout, stderr } = await run(image);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^bluesim: the guest uses 0x4000c0\w\w, where lm3s6965evb has its UARTs and mps2-an385 has nothing \(at \w+\S*\)\n {2}Run it with --board lm3s6965evb\./,
    );
    expect(await run('--board', 'lm3s6965evb', image)).toMatchObject({ code: 0, stderr: '' });
  });

  test('on a board of the user’s choice it goes on, and that is said at its end', async () => {
    const { stderr } = await run('--board', 'mps2-an385', '--max-cycles', '1e6', arm('hello-lm3s6965evb'));
    expect(stderr).toMatch(
      /bluesim: the guest uses 0x4000c0\w\w,.*\n {2}Perhaps it is built for --board lm3s6965evb\.\n/,
    );
  });

  test('an image of another instruction set is refused', async () => {
    const riscv = join(ROOT, 'firmware/images/hello-riscv32.elf');
    for (const [board, image] of [
      ['virt', arm('hello')],
      ['mps2-an385', riscv],
    ] as const) {
      const { code, stderr } = await run('--board', board, image);
      expect(code).toBe(2);
      expect(stderr).toMatch(/is for (armv7m|riscv32), the board \S+ is (armv7m|riscv32)\n/);
    }
  });

  test('one whose memory is fixed takes no --ram, one without an ITM no --itm', async () => {
    const { code, stderr } = await run('--ram', '64M', arm('hello'));
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('fixed size') });
    const riscv = join(ROOT, 'firmware/images/hello-riscv32.elf');
    expect(await run('--itm', path('no.txt'), riscv)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the processor of virt has no ITM'),
    });
    expect(existsSync(path('no.txt'))).toBe(false);
  });
});

describe('what an image is built for', () => {
  test.each([
    ['ARMv8-M', { attributes: armAttributes(V8_M_MAIN) }, /built for ARMv8-M\.mainline .*not emulated/],
    ['the hard-float ABI', { flags: 0x0500_0400 }, /hard-float ABI, which needs a floating-point unit/],
    ['ARM instructions', { attributes: buildAttributes('aeabi', [CPU_ARCH, 4]) }, /ARMv5TE, whose ARM instr/],
  ])('%s is refused, and what is missing is said', async (_, elf, expected) => {
    writeFileSync(path('refused.elf'), buildElf({ machine: 40, ...elf }));
    const { code, stdout, stderr } = await run(path('refused.elf'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/\n {2}Build with -m/);
  });

  test('a vector table that is not in order is warned of, and the image runs', async () => {
    const image = write('warned.elf', exitWith(0), { initialSp: 0x3000_0000 });
    const { code, stderr } = await run(image);
    expect(stderr).toMatch(
      /^bluesim: warning: the initial stack pointer 0x30000000 in the vector table is not in RAM\n/,
    );
    expect(code).toBe(125);
  });

  test('parts for a floating-point unit are warned of', async () => {
    const FP_ARCH = 10;
    const image = write('softfp.elf', exitWith(0), { attributes: armAttributes(V7E_M, FP_ARCH, 6) });
    const { code, stderr } = await run(image);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^bluesim: warning: parts of the image .*NOCP\); -mfloat-abi=soft does without\n$/,
      ),
    });
  });
});

describe('--cpu', () => {
  const QADD: ThumbLine = ['QADD', 'T1', { rd: R0, rm: R1, rn: R2 }];
  const dsp = (name: string, architecture: number) =>
    write(name, [QADD, ...exitWith(0)], { attributes: armAttributes(architecture) });

  test('an image for ARMv7E-M gets a Cortex-M4 by itself', async () => {
    const image = dsp('m4.elf', V7E_M);
    const json = path('cpu.json');
    expect(await run('--json', json, image)).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ board: 'mps2-an385', cpu: 'cortex-m4' });
    const { stdout } = await bluesim(['info', image]);
    expect(stdout).toContain('\n  board  mps2-an385 with --cpu cortex-m4\n');
  });

  test('another image gets one when it is asked for', async () => {
    const image = dsp('m3.elf', V7_M);
    expect(await run('--cpu', 'cortex-m4', image)).toMatchObject({ code: 0 });
    const { code, stderr } = await run(image);
    expect(code).toBe(125);
    expect(stderr).toContain('UNDEFINSTR: an undefined instruction');
    expect(await run('--cpu', 'cortex-m3', dsp('m4.elf', V7E_M))).toMatchObject({ code: 125 });
  });

  test.each([
    [['--cpu', 'cortex-m33', arm('hello')], 'there is no processor cortex-m33'],
    [['--cpu', 'cortex-m4', join(ROOT, 'firmware/images/hello-riscv32.elf')], 'of virt is RISC-V'],
    [['--extensions', 'Zba', arm('hello')], 'there is no optional extension Zba of ARMv7-M'],
  ])('%j is refused', async (words, expected) => {
    const { code, stderr } = await run(...words);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(expected) });
  });
});

describe('ports', () => {
  test('each of five UARTs has its file', async () => {
    const send = (number: number) => [
      ...storeWord(CMSDK_UART(number) + CTRL, 1),
      ...storeWord(CMSDK_UART(number) + DATA, 'A'.charCodeAt(0) + number),
    ];
    const lines = [0, 1, 2, 3].flatMap(send);
    const UART4 = 5;
    const image = write('uarts.elf', [...lines, ...send(UART4), ...exitWith(0)]);
    const outputs = [1, 2, 3, 4].flatMap((number) => [
      '--uart-out',
      `uart${number}=${path(`u${number}.txt`)}`,
    ]);
    expect(await run(...outputs, image)).toMatchObject({ code: 0, stdout: 'A' });
    expect([1, 2, 3, 4].map((number) => readFileSync(path(`u${number}.txt`), 'latin1'))).toEqual([
      ...['B', 'C', 'D', 'F'],
    ]);
  });

  test('and each of three on the other board', async () => {
    const send = (number: number) => storeWord(0x4000_c000 + 0x1000 * number, 'A'.charCodeAt(0) + number);
    const image = write('pl011.elf', [...send(0), ...send(1), ...send(2), ...exitWith(0)]);
    const outputs = [1, 2].flatMap((number) => ['--uart-out', `uart${number}=${path(`p${number}.txt`)}`]);
    const result = await run('--board', 'lm3s6965evb', ...outputs, image);
    expect(result).toMatchObject({ code: 0, stdout: 'A' });
    expect([1, 2].map((number) => readFileSync(path(`p${number}.txt`), 'latin1'))).toEqual(['B', 'C']);
  });

  test('input for one that is not the console', async () => {
    const STATE = 0x4;
    writeFileSync(path('in.txt'), 'x');
    const image = write('input.elf', [
      ...storeWord(CMSDK_UART(2) + CTRL, 2),
      ...loadWord(R0, CMSDK_UART(2)),
      'wait:',
      ['LDR (immediate)', 'T1', { rd: R1, rn: R0, imm: STATE }],
      ['LSL (immediate)', 'T1', { rd: R1, rm: R1, amount: 30 }],
      ['B', 'T1', { cond: 5 }, 'wait'],
      ['LDR (immediate)', 'T1', { rd: R1, rn: R0, imm: DATA }],
      ...loadWord(R0, CMSDK_UART(0)),
      ['MOV (immediate)', 'T1', { rd: R2, imm: 1 }],
      ['STR (immediate)', 'T1', { rd: R2, rn: R0, imm: CTRL }],
      ['STR (immediate)', 'T1', { rd: R1, rn: R0, imm: DATA }],
      ...exitWith(0),
    ]);
    const input = ['--uart-in', `uart2=${path('in.txt')}`, '--max-cycles', '1e6'];
    expect(await run(...input, image)).toMatchObject({ code: 0, stdout: 'x' });
  });

  test('a UART that is not there is answered with those that are', async () => {
    const { code, stderr } = await run('--uart-out', `uart7=${path('no.txt')}`, arm('hello'));
    expect(code).toBe(2);
    expect(stderr).toContain('It has uart0, uart1, uart2, uart3, uart4.');
  });

  test('stimulus ports of the ITM go to files', async () => {
    const { code } = await run('--itm', path('itm.txt'), '--itm', `31=${path('itm31.bin')}`, arm('itm'));
    expect(code).toBe(0);
    expect(readFileSync(path('itm.txt'), 'latin1')).toContain('traced: by bytes, by word\n');
    expect(existsSync(path('itm31.bin'))).toBe(true);
  });

  test('or to the console, where --until finds them', async () => {
    const { code, stdout } = await run('--itm', 'console', '--until', 'traced: by', arm('itm'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/traced: by$/);
  });

  test.each([
    [['--itm', '32=x.txt'], 'there is no stimulus port 32'],
    [['--itm', 'console', '--itm', '0=x.txt'], '--itm is given twice for stimulus port 0'],
  ])('%j is refused', async (words, expected) => {
    const { code, stderr } = await run(...words, arm('itm'));
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(expected) });
  });
});

describe('facts', () => {
  test('--stats names exceptions, and interrupts with the lines that drive them', async () => {
    const { stderr } = await run('--stats', arm('timer-interrupts'));
    expect(stderr).toMatch(
      /\n {2}interrupts\n {4}SysTick +\d+\n {4}IRQ 8 \(timer0\) +\d+\n {4}IRQ 10 \(dual-timer\)/,
    );
  });

  test('--trace has Thumb code, with conditions in IT blocks, registers, and exceptions by name', async () => {
    const image = write(
      'trace.elf',
      {
        start: [
          ['CMP (immediate)', 'T1', { rn: R0, imm: 0 }],
          ['IT', 'T1', { cond: 0, imm: 12 }],
          ['MOV (immediate)', 'T1', { rd: R1, imm: 2 }],
          ['MOV (immediate)', 'T1', { rd: R1, imm: 3 }],
          ['SVC', 'T1', { imm: 5 }],
          ...exitWith(0),
        ],
        handler: [
          ['MRS', 'T1', { rd: R0, imm: 5 }],
          ['BX', 'T1', { rm: 14 }],
        ],
      },
      { handlers: { 11: 'handler' } },
    );
    const trace = path('trace.txt');
    expect(await run('--trace', trace, '--trace-kinds', 'instructions,traps', image)).toMatchObject({
      code: 0,
    });
    const lines = readFileSync(trace, 'utf8').split('\n');
    expect(lines[0]).toBe('# bluesim trace 1: trace.elf on mps2-an385');
    // The IT is folded; an entry takes 12 cycles, MRS two.
    expect(lines.slice(1, 9).map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      '0  00000100  start  cmp r0, #0  xpsr=61000000',
      '1  00000102  start+0x2  ite eq  xpsr=61000c00',
      expect.stringMatching(/^1 {2}00000104 {2}start\+0x4 {2}moveq r1, #2 {2}r1=00000002 xpsr=\w{8}$/),
      expect.stringMatching(/^2 {2}00000106 {2}start\+0x6 {2}movne r1, #3 {2}xpsr=\w{8}$/),
      '3  00000108  start+0x8  svc 5  sp=20000fe0 lr=fffffff9',
      expect.stringMatching(/^4 {2}trap {2}SVCall at 0000010a <start\+0xa> to 0000\w{4} <handler>$/),
      expect.stringMatching(/^16 {2}\w{8} {2}handler {2}mrs r0, IPSR {2}r0=0000000b$/),
      expect.stringMatching(
        /^18 {2}\w{8} {2}handler\+0x4 {2}bx lr {2}r0=00000000 sp=20001000 lr=ffffffff xpsr=61000000 msp=20001000$/,
      ),
    ]);
  });

  test('--trace-range takes symbols', async () => {
    const trace = path('main.txt');
    expect(
      await run('--trace', trace, '--trace-range', 'main', '--trace-kinds', 'instructions', arm('hello')),
    ).toMatchObject({ code: 0 });
    const [, first] = readFileSync(trace, 'utf8').split('\n');
    expect(first).toMatch(/^\d+ +[0-9a-f]{8} {2}main +push \{r3, lr\} +sp=\w{8}$/);
  });

  test('info tells vectors; disasm lists as objdump does', async () => {
    const { stdout } = await bluesim(['info', arm('hello')]);
    expect(stdout).toMatch(/\n {2}ISA {4}v7-M\n {2}ABI {4}EABI5, soft float\n {2}board {2}mps2-an385\n/);
    expect(stdout).toMatch(/\nVector table\n.*\n +0 {2}initial SP .*\n +1 {2}Reset +0x\w+ {2}_start\n/);
    const listing = await bluesim(['disasm', arm('hello'), 'main']);
    expect(listing.stdout).toMatch(/\n[0-9a-f]{8} <main>:\n +[0-9a-f]+:\tb508 {6}\tpush\t\{r3, lr\}\n/);
    expect(listing.stdout).toMatch(/\tbl\t[0-9a-f]+ <print>\n/);
    expect(listing.stdout).toMatch(/:\t[0-9a-f]{8} \t\.word\t0x[0-9a-f]{8}\n/);
  });

  test('boards shows outputs of interrupts, the NMI and what belongs to the processor', async () => {
    const { stdout } = await bluesim(['boards']);
    expect(stdout).toMatch(/\n {2}0x40004000 {2}0x40004fff .* 0 1 12 {2}uart0 +cmsdk-uart\n/);
    expect(stdout).toMatch(/ NMI {2}watchdog +cmsdk-watchdog\n/);
    expect(stdout).toMatch(/\n {2}0xe000e100 .* nvic +processor\n/);
    expect(stdout).toMatch(/\n {2}25 MHz, vector table at 0x00000000, 32 interrupts with 8 priority bits, /);
  });
});

describe('other formats', () => {
  const { segments } = thumbProgram({ start: exitWith(9) });
  const bytes = [...segments[0]!.bytes];

  test('a raw binary, by where it goes', async () => {
    writeFileSync(path('raw.bin'), Uint8Array.from(bytes));
    expect(await run('--load-address', '0', path('raw.bin'))).toMatchObject({
      code: 9,
      stderr: '',
    });
  });

  test('Intel HEX', async () => {
    const records = [];
    for (let offset = 0; offset < bytes.length; offset += 16) {
      records.push({ type: 0, offset, data: bytes.slice(offset, offset + 16) });
    }
    writeFileSync(path('image.hex'), buildHex([...records, { type: 1 }]));
    expect(await run(path('image.hex'))).toMatchObject({ code: 9, stderr: '' });
  });
});

test('a recording knows the processor', async () => {
  const recording = path('recording.jsonl');
  const image = write('recorded.elf', exitWith(3));
  expect(await run('--cpu', 'cortex-m4', '--record', recording, image)).toMatchObject({ code: 3 });
  expect(await run('--replay', recording, image)).toMatchObject({ code: 3 });
  const { code, stderr } = await run('--replay', recording, '--cpu', 'cortex-m3', image);
  expect(code).toBe(2);
  expect(stderr).toContain('the recorded run had the processor "cortex-m4", and this one has "cortex-m3"');
});
