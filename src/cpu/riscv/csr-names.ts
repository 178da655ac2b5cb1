/**
 * Names of the control and status registers, for people: what firmware on a core with machine and user mode
 * may name, whether or not the hart here has it. Registers of the hypervisor, vector and AIA extensions are
 * left as numbers. Privileged ISA 20240411, 2.2 (tables 3 to 8); Debug 1.0 for those at 0x7a0 and 0x7b0.
 */

function named(first: number, names: string): [number, string][] {
  return names.split(' ').map((name, index) => [first + index, name]);
}

/** `prefix3` at `first`, up to `prefix31`: the hardware performance monitor's registers. */
function monitors(first: number, prefix: string, suffix = ''): [number, string][] {
  return Array.from({ length: 29 }, (_, index) => [first + index, `${prefix}${index + 3}${suffix}`]);
}

function numbered(first: number, count: number, prefix: string): [number, string][] {
  return Array.from({ length: count }, (_, index) => [first + index, `${prefix}${index}`]);
}

let names: ReadonlyMap<number, string> | undefined;

/** From the number (0 to 0xfff) to the name in the manual's spelling. */
export function csrNames(): ReadonlyMap<number, string> {
  names ??= new Map([
    ...named(0x001, 'fflags frm fcsr'),
    ...named(0x100, 'sstatus'),
    ...named(0x104, 'sie stvec scounteren'),
    ...named(0x10a, 'senvcfg'),
    ...named(0x140, 'sscratch sepc scause stval sip'),
    ...named(0x180, 'satp'),
    ...named(0x300, 'mstatus misa medeleg mideleg mie mtvec mcounteren'),
    ...named(0x30a, 'menvcfg'),
    ...named(0x310, 'mstatush'),
    ...named(0x31a, 'menvcfgh'),
    ...named(0x320, 'mcountinhibit'),
    ...monitors(0x323, 'mhpmevent'),
    ...named(0x340, 'mscratch mepc mcause mtval mip'),
    ...numbered(0x3a0, 16, 'pmpcfg'),
    ...numbered(0x3b0, 64, 'pmpaddr'),
    ...named(0x747, 'mseccfg'),
    ...named(0x757, 'mseccfgh'),
    ...named(0x7a0, 'tselect tdata1 tdata2 tdata3 tinfo tcontrol'),
    ...named(0x7b0, 'dcsr dpc dscratch0 dscratch1'),
    ...named(0xb00, 'mcycle'),
    ...named(0xb02, 'minstret'),
    ...monitors(0xb03, 'mhpmcounter'),
    ...named(0xb80, 'mcycleh'),
    ...named(0xb82, 'minstreth'),
    ...monitors(0xb83, 'mhpmcounter', 'h'),
    ...named(0xc00, 'cycle time instret'),
    ...monitors(0xc03, 'hpmcounter'),
    ...named(0xc80, 'cycleh timeh instreth'),
    ...monitors(0xc83, 'hpmcounter', 'h'),
    ...named(0xf11, 'mvendorid marchid mimpid mhartid mconfigptr'),
  ]);
  return names;
}

let numbers: ReadonlyMap<string, number> | undefined;

/** The number of the CSR of this name. */
export function csrNumber(name: string): number | undefined {
  numbers ??= new Map([...csrNames()].map(([number, known]) => [known, number]));
  return numbers.get(name);
}

/** The name of a CSR, or its number as `0x7c0`. */
export function csrName(number: number): string {
  return csrNames().get(number) ?? `0x${number.toString(16)}`;
}
