/**
 * The operations that the interpreter switches on. An instruction becomes one of these or a short sequence
 * (translate.ts): a shifted operand is computed into a scratch register first, an instruction in an IT block
 * has a `Skip` before it, a load of the PC ends in a `Bx`. That keeps the switch small enough for V8 to optimise,
 * and every common form at one record. The numbers are dense and stay below 256. A plain enum: esbuild turns
 * `case Op.X` into a literal.
 *
 * Suffixes: `I` the second operand is the immediate, `R` it is register m; `S` sets the flags. Operands are d, n
 * and m of the record (blocks.ts).
 */
export enum Op {
  /** No block begins with it; decoded code never has it. */
  None = 0,
  /** The block goes on in another one: charges for it and jumps there. Bits 15:8 are ITSTATE there. */
  Continue = 1,
  /** An instruction that raises an exception instead of executing. The immediate is the `Fault`. */
  Raise = 2,
  /** Stops before the instruction: a breakpoint of the debugger, or an address that `run` waits for. */
  Break = 3,

  Nop = 4,
  /** Direct branch. */
  B = 5,
  /** Direct branch that sets LR. */
  Bl = 6,
  /** Branch to register m; EXC_RETURN and a clear bit 0 are looked at outside the loop, unless the immediate says not to. */
  Bx = 7,
  /** As `Bx`, and sets LR. */
  Blx = 8,
  Cbz = 9,
  Cbnz = 10,
  /** Conditional branches in the order of the condition field (A7.3). */
  Beq = 11,
  Bne = 12,
  Bcs = 13,
  Bcc = 14,
  Bmi = 15,
  Bpl = 16,
  Bvs = 17,
  Bvc = 18,
  Bhi = 19,
  Bls = 20,
  Bge = 21,
  Blt = 22,
  Bgt = 23,
  Ble = 24,
  /** Passes over the number of words in the immediate unless the condition holds. */
  SkipEq = 25,
  SkipNe = 26,
  SkipCs = 27,
  SkipCc = 28,
  SkipMi = 29,
  SkipPl = 30,
  SkipVs = 31,
  SkipVc = 32,
  SkipHi = 33,
  SkipLs = 34,
  SkipGe = 35,
  SkipLt = 36,
  SkipGt = 37,
  SkipLe = 38,

  MovI = 39,
  MovR = 40,
  MvnR = 41,
  MovIS = 42,
  MovRS = 43,
  MvnRS = 44,
  /** d = immediate in the upper halfword, the lower one kept. */
  Movt = 45,
  AddI = 46,
  AddR = 47,
  SubR = 48,
  RsbI = 49,
  RsbR = 50,
  AdcI = 51,
  AdcR = 52,
  SbcI = 53,
  SbcR = 54,
  AddIS = 55,
  AddRS = 56,
  SubIS = 57,
  SubRS = 58,
  RsbIS = 59,
  RsbRS = 60,
  AdcIS = 61,
  AdcRS = 62,
  SbcIS = 63,
  SbcRS = 64,
  AndI = 65,
  AndR = 66,
  OrrI = 67,
  OrrR = 68,
  EorI = 69,
  EorR = 70,
  BicR = 71,
  OrnR = 72,
  AndIS = 73,
  AndRS = 74,
  OrrIS = 75,
  OrrRS = 76,
  EorIS = 77,
  EorRS = 78,
  BicRS = 79,
  OrnRS = 80,
  CmpI = 81,
  CmpR = 82,
  CmnI = 83,
  CmnR = 84,
  TstI = 85,
  TstR = 86,
  TeqI = 87,
  TeqR = 88,
  /** C = the immediate: carry out of a rotated constant. */
  SetC = 89,

  /** Shifts by 1 to 31 (LSL also 0). */
  LslI = 90,
  LsrI = 91,
  AsrI = 92,
  RorI = 93,
  Rrx = 94,
  /** The same with the carry out in C, but without N and Z: an operand of a logical instruction. */
  LslIC = 95,
  LsrIC = 96,
  AsrIC = 97,
  RorIC = 98,
  RrxC = 99,
  /** Shifts by the low byte of register m. */
  LslR = 100,
  LsrR = 101,
  AsrR = 102,
  RorR = 103,
  LslRC = 104,
  LsrRC = 105,
  AsrRC = 106,
  RorRC = 107,
  /** N and Z of register d. */
  Nz = 108,

  Sxtb = 109,
  Sxth = 110,
  Uxtb = 111,
  Uxth = 112,
  /** Shift left in bits 7:0 of the immediate, then right in bits 15:8. */
  Ubfx = 113,
  Sbfx = 114,
  /** d = d outside the mask, n shifted left inside it; the mask is the immediate, the shift the third word. */
  Bfi = 115,
  Clz = 116,
  Rbit = 117,
  Rev = 118,
  Rev16 = 119,
  Revsh = 120,

  Mul = 121,
  /** d = register number in the immediate + n × m. */
  Mla = 122,
  Mls = 123,
  Sdiv = 124,
  Udiv = 125,
  /** d and the register in the immediate: low and high word of n × m. */
  Umull = 126,
  Smull = 127,
  Umlal = 128,
  Smlal = 129,

  /** Loads and stores of register d at n + immediate. */
  LdrI = 130,
  LdrbI = 131,
  LdrhI = 132,
  LdrsbI = 133,
  LdrshI = 134,
  StrI = 135,
  StrbI = 136,
  StrhI = 137,
  /** The same at n + (m << immediate). */
  LdrR = 138,
  LdrbR = 139,
  LdrhR = 140,
  LdrsbR = 141,
  LdrshR = 142,
  StrR = 143,
  StrbR = 144,
  StrhR = 145,
  /** SP's lower two bits read as zero (B1.4.7). */
  AlignSp = 146,

  // --- Outside the loop, in processor.ts and memory-operations.ts -----------------------------------------------

  /** Registers in bits 15:0 of the immediate from the address in n upwards, or downwards with bit 16; write back with bit 17. */
  Ldm = 147,
  Stm = 166,
  /** Registers d and m at n + immediate. */
  Ldrd = 148,
  Strd = 149,
  /** Unprivileged accesses: as LdrI and so on. */
  Ldrt = 150,
  Ldrbt = 151,
  Ldrht = 152,
  Ldrsbt = 153,
  Ldrsht = 154,
  Strt = 155,
  Strbt = 156,
  Strht = 157,
  Ldrex = 158,
  Ldrexb = 159,
  Ldrexh = 160,
  /** d = 0 when m was stored at n + immediate, else 1. */
  Strex = 161,
  Strexb = 162,
  Strexh = 163,
  Clrex = 164,
  /** d = immediate + 2 m: the target of a table branch. */
  TableTarget = 165,
  Svc = 167,
  Bkpt = 168,
  Mrs = 169,
  Msr = 170,
  Cps = 171,
  Wfi = 172,
  Wfe = 173,
  Sev = 174,
  /** Saturation and the DSP extension (dsp.ts): the immediate is the `Operation`, the third word further operands. */
  Dsp = 175,
}
