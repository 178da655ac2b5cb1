/**
 * From a decoded instruction to the micro-operations that the run loop executes (micro-op.ts). The order of the
 * records of an instruction matters where it can fault: what cannot be undone comes last. ARMv7-M ARM DDI 0403E.e,
 * A7.7.
 */
import { populationCount } from '../arithmetic.ts';
import { Fault } from './faults.ts';
import { Operation } from './instructions/operation.ts';
import { type Operands, OUTSIDE_IT, Shift } from './instructions/row.ts';
import { Op } from './micro-op.ts';
import { LR, PC_SCRATCH, SINK, SP, TMP, ZERO } from './state.ts';

/** Appends a record. @param extra its third word, of an operation that is no branch. */
export type Emit = (op: Op, d: number, n: number, m: number, immediate: number, extra?: number) => void;

/** Where the instruction stands. */
export interface Place {
  readonly address: number;
  /** 2 or 4. */
  readonly length: number;
  readonly inIt: boolean;
}

/** Immediate of a `Bx` that is BranchWritePC (B1.4.7): neither interworking nor EXC_RETURN. */
export const PLAIN_BRANCH = 1;
/** Immediate of a `Bx` that comes from BX or BLX, whose clear bit 0 only the next instruction minds. */
const INTERWORKING = 0;
/** In the immediate of `Ldm` and `Stm`, beside the list of registers and from bit 18 on their number. */
export const DOWNWARDS = 1 << 16;
export const WRITE_BACK = 1 << 17;
export const COUNT_SHIFT = 18;

/** What reads as PC: the address of the instruction plus 4. */
const PC = 15;

/** The forms of a data-processing operation. Where there is no immediate form the inverse of the operand serves another one. */
interface Forms {
  readonly i: Op;
  readonly r: Op;
  readonly iS: Op;
  readonly rS: Op;
}

const ADD: Forms = { i: Op.AddI, r: Op.AddR, iS: Op.AddIS, rS: Op.AddRS };
const ADC: Forms = { i: Op.AdcI, r: Op.AdcR, iS: Op.AdcIS, rS: Op.AdcRS };
const SBC: Forms = { i: Op.SbcI, r: Op.SbcR, iS: Op.SbcIS, rS: Op.SbcRS };
const RSB: Forms = { i: Op.RsbI, r: Op.RsbR, iS: Op.RsbIS, rS: Op.RsbRS };
/** Without flags it is an addition of the negative. */
const SUB: Forms = { i: Op.AddI, r: Op.SubR, iS: Op.SubIS, rS: Op.SubRS };
const AND: Forms = { i: Op.AndI, r: Op.AndR, iS: Op.AndIS, rS: Op.AndRS };
const ORR: Forms = { i: Op.OrrI, r: Op.OrrR, iS: Op.OrrIS, rS: Op.OrrRS };
const EOR: Forms = { i: Op.EorI, r: Op.EorR, iS: Op.EorIS, rS: Op.EorRS };
/** By the complement of the immediate. */
const BIC: Forms = { i: Op.AndI, r: Op.BicR, iS: Op.AndIS, rS: Op.BicRS };
const ORN: Forms = { i: Op.OrrI, r: Op.OrnR, iS: Op.OrrIS, rS: Op.OrnRS };

/** Immediate and register form of a load or store. */
const WORD = { i: Op.LdrI, r: Op.LdrR };
const BYTE = { i: Op.LdrbI, r: Op.LdrbR };
const HALF = { i: Op.LdrhI, r: Op.LdrhR };
const SIGNED_BYTE = { i: Op.LdrsbI, r: Op.LdrsbR };
const SIGNED_HALF = { i: Op.LdrshI, r: Op.LdrshR };
const STORE_WORD = { i: Op.StrI, r: Op.StrR };
const STORE_BYTE = { i: Op.StrbI, r: Op.StrbR };
const STORE_HALF = { i: Op.StrhI, r: Op.StrhR };

class Translation {
  readonly #o: Operands;
  readonly #place: Place;
  readonly #emit: Emit;
  readonly #setFlags: boolean;

  constructor(operands: Operands, place: Place, emit: Emit) {
    this.#o = operands;
    this.#place = place;
    this.#emit = emit;
    this.#setFlags = operands.setFlags === 1 || (operands.setFlags === OUTSIDE_IT && !place.inIt);
  }

  get #pc(): number {
    return (this.#place.address + 4) | 0;
  }

  /** A register as a source; PC becomes a constant in its scratch place. */
  #source(register: number): number {
    if (register !== PC) return register;
    this.#emit(Op.MovI, PC_SCRATCH, 0, 0, this.#pc);
    return PC_SCRATCH;
  }

  /** What follows a result in `d`. */
  #written(d: number, aligned = false): void {
    if (d === SP && !aligned) this.#emit(Op.AlignSp, SP, 0, 0, 0);
    if (d === PC_SCRATCH) this.#emit(Op.Bx, 0, 0, PC_SCRATCH, PLAIN_BRANCH);
  }

  #raise(fault: Fault): void {
    this.#emit(Op.Raise, SINK, 0, 0, fault);
  }

  // --- Data processing ----------------------------------------------------------------------------------------

  /** @param value what the form's immediate is made of. */
  arithmeticImmediate({ i, iS }: Forms, value = this.#o.imm): void {
    const { rd, rn } = this.#o;
    const n = this.#source(rn);
    if (this.#setFlags) this.#emit(iS, rd, n, 0, this.#o.imm);
    else this.#emit(i, rd, n, 0, value);
    this.#written(rd, rn === SP && (value & 3) === 0);
  }

  arithmeticRegister({ r, rS }: Forms): void {
    const { rd, rn } = this.#o;
    const m = this.#shifted(false);
    this.#emit(this.#setFlags ? rS : r, rd, this.#source(rn), m, 0);
    this.#written(rd);
  }

  logicalImmediate({ i, iS }: Forms, value = this.#o.imm): void {
    const { rd, rn, carry } = this.#o;
    if (this.#setFlags && carry >= 0) this.#emit(Op.SetC, 0, 0, 0, carry);
    this.#emit(this.#setFlags ? iS : i, rd, this.#source(rn), 0, value);
    this.#written(rd);
  }

  logicalRegister({ r, rS }: Forms): void {
    const { rd, rn } = this.#o;
    const m = this.#shifted(this.#setFlags);
    this.#emit(this.#setFlags ? rS : r, rd, this.#source(rn), m, 0);
    this.#written(rd);
  }

  compareImmediate(op: Op): void {
    this.#emit(op, SINK, this.#source(this.#o.rn), 0, this.#o.imm);
  }

  compareRegister(op: Op): void {
    const m = this.#shifted(false);
    this.#emit(op, SINK, this.#source(this.#o.rn), m, 0);
  }

  testImmediate(op: Op): void {
    const { carry } = this.#o;
    if (carry >= 0) this.#emit(Op.SetC, 0, 0, 0, carry);
    this.compareImmediate(op);
  }

  testRegister(op: Op): void {
    const m = this.#shifted(true);
    this.#emit(op, SINK, this.#source(this.#o.rn), m, 0);
  }

  moveImmediate(value: number): void {
    const { rd, carry } = this.#o;
    if (this.#setFlags && carry >= 0) this.#emit(Op.SetC, 0, 0, 0, carry);
    this.#emit(this.#setFlags ? Op.MovIS : Op.MovI, rd, 0, 0, value);
    this.#written(rd);
  }

  moveRegister(op: Op, opS: Op): void {
    const { rd } = this.#o;
    const m = this.#shifted(this.#setFlags);
    this.#emit(this.#setFlags ? opS : op, rd, 0, m, 0);
    this.#written(rd, m === SP);
  }

  /** The shifted operand Rm: itself, or computed into a scratch register. @param carry set C to the carry out. */
  #shifted(carry: boolean): number {
    const { rm, shift, amount } = this.#o;
    const m = this.#source(rm);
    if (shift === Shift.LSL && amount === 0) return m;
    this.#shiftInto(TMP, m, shift, amount, carry);
    return TMP;
  }

  #shiftInto(d: number, m: number, shift: Shift, amount: number, carry: boolean): void {
    switch (shift) {
      case Shift.LSL:
        this.#emit(carry && amount > 0 ? Op.LslIC : Op.LslI, d, 0, m, amount);
        break;
      case Shift.LSR:
        // By 32, which JavaScript takes for 0: in two steps, the carry out being bit 31.
        if (amount === 32) {
          if (carry) this.#emit(Op.LsrIC, TMP, 0, m, 31);
          this.#emit(carry ? Op.LsrIC : Op.MovI, d, 0, TMP, carry ? 1 : 0);
        } else this.#emit(carry ? Op.LsrIC : Op.LsrI, d, 0, m, amount);
        break;
      case Shift.ASR:
        if (amount === 32) {
          this.#emit(Op.AsrI, TMP, 0, m, 31);
          this.#emit(carry ? Op.AsrIC : Op.MovR, d, 0, TMP, carry ? 1 : 0);
        } else this.#emit(carry ? Op.AsrIC : Op.AsrI, d, 0, m, amount);
        break;
      case Shift.ROR:
        this.#emit(carry ? Op.RorIC : Op.RorI, d, 0, m, amount);
        break;
      case Shift.RRX:
        this.#emit(carry ? Op.RrxC : Op.Rrx, d, 0, m, 1);
        break;
    }
  }

  shiftImmediate(): void {
    const { rd, rm, shift, amount } = this.#o;
    this.#shiftInto(rd, this.#source(rm), shift, amount, this.#setFlags);
    if (this.#setFlags) this.#emit(Op.Nz, rd, 0, 0, 0);
    this.#written(rd);
  }

  shiftRegister(op: Op, opC: Op): void {
    const { rd, rn, rm } = this.#o;
    this.#emit(this.#setFlags ? opC : op, rd, rn, rm, 0);
    if (this.#setFlags) this.#emit(Op.Nz, rd, 0, 0, 0);
    this.#written(rd);
  }

  /** @param add whether Rn is added to what was extended. */
  extend(op: Op, add: boolean): void {
    const { rd, rn, rm, amount } = this.#o;
    let m = rm;
    if (amount !== 0) {
      this.#emit(Op.RorI, TMP, 0, rm, amount);
      m = TMP;
    }
    this.#emit(op, add ? TMP : rd, 0, m, 0);
    if (add) this.#emit(Op.AddR, rd, rn, TMP, 0);
    this.#written(rd);
  }

  bitField(op: Op): void {
    const { rd, rn, imm: lsb, imm2: width } = this.#o;
    const left = 32 - lsb - width;
    this.#emit(op, rd, rn, 0, left | ((32 - width) << 8));
    this.#written(rd);
  }

  insert(n: number): void {
    const { rd, imm: lsb, imm2: width } = this.#o;
    const mask = (width === 32 ? -1 : (1 << width) - 1) << lsb;
    this.#emit(Op.Bfi, rd, n, 0, mask, lsb);
    this.#written(rd);
  }

  unary(op: Op): void {
    const { rd, rm } = this.#o;
    this.#emit(op, rd, 0, rm, 0);
    this.#written(rd);
  }

  movt(): void {
    const { rd, imm } = this.#o;
    this.#emit(Op.Movt, rd, 0, 0, imm << 16);
    this.#written(rd);
  }

  /** ADR and the literals: a multiple of 4 plus or minus the offset (A7.7.7). */
  #fromPc(): number {
    const { add, imm } = this.#o;
    const base = this.#pc & ~3;
    return (add ? base + imm : base - imm) | 0;
  }

  adr(): void {
    const { rd } = this.#o;
    this.#emit(Op.MovI, rd, 0, 0, this.#fromPc());
    this.#written(rd);
  }

  // --- Multiply and divide ------------------------------------------------------------------------------------

  multiply(): void {
    const { rd, rn, rm } = this.#o;
    this.#emit(Op.Mul, rd, rn, rm, 0);
    if (this.#setFlags) this.#emit(Op.Nz, rd, 0, 0, 0);
    this.#written(rd);
  }

  accumulate(op: Op): void {
    const { rd, rn, rm, ra } = this.#o;
    this.#emit(op, rd, rn, rm, ra);
    this.#written(rd);
  }

  longMultiply(op: Op): void {
    const { rd, ra, rn, rm } = this.#o;
    this.#emit(op, rd, rn, rm, ra);
    this.#written(rd);
    this.#written(ra);
  }

  divide(op: Op): void {
    const { rd, rn, rm } = this.#o;
    this.#emit(op, rd, rn, rm, 0);
    this.#written(rd);
  }

  /** Operands of dsp.ts, packed into the third word. */
  dsp(operation: Operation): void {
    const { rd, rn, rm, ra, imm, shift, amount } = this.#o;
    this.#emit(Op.Dsp, rd, rn, rm, operation, ra | (imm << 4) | (shift << 12) | (amount << 16));
    this.#written(rd);
    if (ra === SP) this.#written(ra);
  }

  // --- Loads and stores ---------------------------------------------------------------------------------------

  /** A loaded register: PC branches with interworking. */
  #loaded(d: number): void {
    if (d === SP) this.#emit(Op.AlignSp, SP, 0, 0, 0);
    if (d === PC_SCRATCH) this.#emit(Op.Bx, 0, 0, PC_SCRATCH, INTERWORKING);
  }

  #offset(): number {
    return this.#o.add ? this.#o.imm : -this.#o.imm;
  }

  #writeBack(n: number): void {
    const offset = this.#offset();
    this.#emit(Op.AddI, n, n, 0, offset);
    if (n === SP && (offset & 3) !== 0) this.#emit(Op.AlignSp, SP, 0, 0, 0);
  }

  loadImmediate({ i }: { i: Op }): void {
    const { rd, rn, index, wback } = this.#o;
    this.#emit(i, rd, this.#source(rn), 0, index ? this.#offset() : 0);
    // UNPREDICTABLE: a base that is also loaded keeps what was loaded, as on QEMU.
    if (wback && rd !== rn) this.#writeBack(rn);
    this.#loaded(rd);
  }

  loadLiteral({ i }: { i: Op }): void {
    const { rd } = this.#o;
    this.#emit(i, rd, ZERO, 0, this.#fromPc());
    this.#loaded(rd);
  }

  loadRegister({ r }: { r: Op }): void {
    const { rd, rn, rm, amount } = this.#o;
    this.#emit(r, rd, this.#source(rn), rm, amount);
    this.#loaded(rd);
  }

  storeImmediate({ i }: { i: Op }): void {
    const { rd, rn, index, wback } = this.#o;
    this.#emit(i, rd, rn, 0, index ? this.#offset() : 0);
    if (wback) this.#writeBack(rn);
  }

  storeRegister({ r }: { r: Op }): void {
    const { rd, rn, rm, amount } = this.#o;
    this.#emit(r, rd, rn, rm, amount);
  }

  /** Unprivileged and exclusive accesses of one register. */
  special(op: Op, d = this.#o.rd, m = 0): void {
    this.#emit(op, d, this.#o.rn, m, this.#o.imm);
    this.#written(d);
  }

  dual(op: Op): void {
    const { rd, ra, rn, index, wback } = this.#o;
    const literal = rn === PC;
    const offset = literal ? this.#fromPc() : index ? this.#offset() : 0;
    this.#emit(op, rd, literal ? ZERO : rn, ra, offset);
    // UNPREDICTABLE: as for a single load.
    if (wback && !(op === Op.Ldrd && (rn === rd || rn === ra))) this.#writeBack(rn);
    if (op === Op.Ldrd && (rd === SP || ra === SP)) this.#emit(Op.AlignSp, SP, 0, 0, 0);
  }

  multiple(op: Op, downwards: boolean): void {
    const { rn, imm, wback } = this.#o;
    const flags = (downwards ? DOWNWARDS : 0) | (wback ? WRITE_BACK : 0);
    this.#emit(op, SINK, rn, 0, imm | flags | (populationCount(imm) << COUNT_SHIFT));
    if (op === Op.Stm) return;
    if ((imm & (1 << SP)) !== 0) this.#loaded(SP);
    if ((imm & (1 << PC)) !== 0) this.#loaded(PC_SCRATCH);
  }

  // --- Branches -----------------------------------------------------------------------------------------------

  #target(): number {
    return (this.#pc + this.#o.imm) | 0;
  }

  branch(): void {
    const { cond } = this.#o;
    this.#emit(cond < 14 ? Op.Beq + cond : Op.B, 0, 0, 0, this.#target());
  }

  branchLink(): void {
    this.#emit(Op.Bl, 0, 0, 0, this.#target());
  }

  branchExchange(op: Op): void {
    this.#emit(op, op === Op.Blx ? LR : 0, 0, this.#source(this.#o.rm), INTERWORKING);
  }

  compareAndBranch(): void {
    const { rn, imm2 } = this.#o;
    this.#emit(imm2 ? Op.Cbnz : Op.Cbz, 0, rn, 0, this.#target());
  }

  tableBranch(): void {
    const { rn, rm, imm: halfwords } = this.#o;
    this.#emit(halfwords ? Op.LdrhR : Op.LdrbR, TMP, this.#source(rn), rm, halfwords ? 1 : 0);
    this.#emit(Op.TableTarget, PC_SCRATCH, 0, TMP, this.#pc | 1);
    this.#emit(Op.Bx, 0, 0, PC_SCRATCH, PLAIN_BRANCH);
  }

  // --- System -------------------------------------------------------------------------------------------------

  plain(op: Op, d = SINK, n = 0, extra = 0): void {
    this.#emit(op, d, n, 0, this.#o.imm, extra);
  }

  mrs(): void {
    this.plain(Op.Mrs, this.#o.rd);
    this.#written(this.#o.rd);
  }

  undefined(): void {
    this.#raise(Fault.UndefinedInstruction);
  }

  noCoprocessor(): void {
    this.#raise(Fault.NoCoprocessor);
  }

  get operands(): Operands {
    return this.#o;
  }
}

/** Whether straight-line code ends behind an instruction: what follows is reached, if at all, by a jump. */
export function endsBlock(operation: Operation, { cond, rd, imm }: Operands): boolean {
  switch (operation) {
    case Operation.B:
      return cond >= 14;
    case Operation.Bl:
    case Operation.Blx:
    case Operation.Bx:
    case Operation.Tbb:
    case Operation.Svc:
    case Operation.Bkpt:
    case Operation.Udf:
    case Operation.Wfi:
    case Operation.Wfe:
    case Operation.Cps:
    case Operation.Msr:
      return true;
    case Operation.Ldm:
    case Operation.Ldmdb:
    case Operation.Pop:
      return (imm & 0x8000) !== 0;
    case Operation.AddRegister:
    case Operation.MovRegister:
    case Operation.AddSpRegister:
    case Operation.LdrImmediate:
    case Operation.LdrLiteral:
    case Operation.LdrRegister:
      return rd === PC;
    default:
      return false;
  }
}

/** Writes the records of one instruction. */
export function translate(operation: Operation, operands: Operands, place: Place, emit: Emit): void {
  (BASE[operation] ?? dsp)(new Translation(operands, place, emit), operation);
}

type Rule = (t: Translation, operation: Operation) => void;
/** Barriers too: no access, no change of rights and no change of code is ever late here (A3.7.3). */
const nop: Rule = (t) => t.plain(Op.Nop);
const dsp: Rule = (t, operation) => t.dsp(operation);

/** By operation; what is not named here is of the DSP extension. */
const BASE: Partial<Record<Operation, Rule>> = {
  [Operation.AdcImmediate]: (t) => t.arithmeticImmediate(ADC),
  [Operation.AdcRegister]: (t) => t.arithmeticRegister(ADC),
  [Operation.AddImmediate]: (t) => t.arithmeticImmediate(ADD),
  [Operation.AddRegister]: (t) => t.arithmeticRegister(ADD),
  [Operation.AddSpImmediate]: (t) => t.arithmeticImmediate(ADD),
  [Operation.AddSpRegister]: (t) => t.arithmeticRegister(ADD),
  [Operation.Adr]: (t) => t.adr(),
  [Operation.AndImmediate]: (t) => t.logicalImmediate(AND),
  [Operation.AndRegister]: (t) => t.logicalRegister(AND),
  [Operation.AsrImmediate]: (t) => t.shiftImmediate(),
  [Operation.AsrRegister]: (t) => t.shiftRegister(Op.AsrR, Op.AsrRC),
  [Operation.B]: (t) => t.branch(),
  [Operation.Bfc]: (t) => t.insert(ZERO),
  [Operation.Bfi]: (t) => t.insert(t.operands.rn),
  [Operation.BicImmediate]: (t) => t.logicalImmediate(BIC, ~t.operands.imm),
  [Operation.BicRegister]: (t) => t.logicalRegister(BIC),
  [Operation.Bkpt]: (t) => t.plain(Op.Bkpt),
  [Operation.Bl]: (t) => t.branchLink(),
  [Operation.Blx]: (t) => t.branchExchange(Op.Blx),
  [Operation.Bx]: (t) => t.branchExchange(Op.Bx),
  [Operation.Cbz]: (t) => t.compareAndBranch(),
  [Operation.Clrex]: (t) => t.plain(Op.Clrex),
  [Operation.Clz]: (t) => t.unary(Op.Clz),
  [Operation.CmnImmediate]: (t) => t.compareImmediate(Op.CmnI),
  [Operation.CmnRegister]: (t) => t.compareRegister(Op.CmnR),
  [Operation.CmpImmediate]: (t) => t.compareImmediate(Op.CmpI),
  [Operation.CmpRegister]: (t) => t.compareRegister(Op.CmpR),
  [Operation.Coprocessor]: (t) => t.noCoprocessor(),
  [Operation.Cps]: (t) => t.plain(Op.Cps, SINK, 0, t.operands.imm2),
  [Operation.Csdb]: nop,
  [Operation.Dbg]: nop,
  [Operation.Dmb]: nop,
  [Operation.Dsb]: nop,
  [Operation.EorImmediate]: (t) => t.logicalImmediate(EOR),
  [Operation.EorRegister]: (t) => t.logicalRegister(EOR),
  [Operation.Isb]: nop,
  [Operation.It]: nop,
  [Operation.Ldm]: (t) => t.multiple(Op.Ldm, false),
  [Operation.Ldmdb]: (t) => t.multiple(Op.Ldm, true),
  [Operation.LdrImmediate]: (t) => t.loadImmediate(WORD),
  [Operation.LdrLiteral]: (t) => t.loadLiteral(WORD),
  [Operation.LdrRegister]: (t) => t.loadRegister(WORD),
  [Operation.LdrbImmediate]: (t) => t.loadImmediate(BYTE),
  [Operation.LdrbLiteral]: (t) => t.loadLiteral(BYTE),
  [Operation.LdrbRegister]: (t) => t.loadRegister(BYTE),
  [Operation.Ldrbt]: (t) => t.special(Op.Ldrbt),
  [Operation.LdrdImmediate]: (t) => t.dual(Op.Ldrd),
  [Operation.LdrdLiteral]: (t) => t.dual(Op.Ldrd),
  [Operation.Ldrex]: (t) => t.special(Op.Ldrex),
  [Operation.Ldrexb]: (t) => t.special(Op.Ldrexb),
  [Operation.Ldrexh]: (t) => t.special(Op.Ldrexh),
  [Operation.LdrhImmediate]: (t) => t.loadImmediate(HALF),
  [Operation.LdrhLiteral]: (t) => t.loadLiteral(HALF),
  [Operation.LdrhRegister]: (t) => t.loadRegister(HALF),
  [Operation.Ldrht]: (t) => t.special(Op.Ldrht),
  [Operation.LdrsbImmediate]: (t) => t.loadImmediate(SIGNED_BYTE),
  [Operation.LdrsbLiteral]: (t) => t.loadLiteral(SIGNED_BYTE),
  [Operation.LdrsbRegister]: (t) => t.loadRegister(SIGNED_BYTE),
  [Operation.Ldrsbt]: (t) => t.special(Op.Ldrsbt),
  [Operation.LdrshImmediate]: (t) => t.loadImmediate(SIGNED_HALF),
  [Operation.LdrshLiteral]: (t) => t.loadLiteral(SIGNED_HALF),
  [Operation.LdrshRegister]: (t) => t.loadRegister(SIGNED_HALF),
  [Operation.Ldrsht]: (t) => t.special(Op.Ldrsht),
  [Operation.Ldrt]: (t) => t.special(Op.Ldrt),
  [Operation.LslImmediate]: (t) => t.shiftImmediate(),
  [Operation.LslRegister]: (t) => t.shiftRegister(Op.LslR, Op.LslRC),
  [Operation.LsrImmediate]: (t) => t.shiftImmediate(),
  [Operation.LsrRegister]: (t) => t.shiftRegister(Op.LsrR, Op.LsrRC),
  [Operation.Mla]: (t) => t.accumulate(Op.Mla),
  [Operation.Mls]: (t) => t.accumulate(Op.Mls),
  [Operation.MovImmediate]: (t) => t.moveImmediate(t.operands.imm),
  [Operation.MovRegister]: (t) => t.moveRegister(Op.MovR, Op.MovRS),
  [Operation.Movt]: (t) => t.movt(),
  [Operation.Mrs]: (t) => t.mrs(),
  [Operation.Msr]: (t) => t.plain(Op.Msr, SINK, t.operands.rn, t.operands.imm2),
  [Operation.Mul]: (t) => t.multiply(),
  [Operation.MvnImmediate]: (t) => t.moveImmediate(~t.operands.imm),
  [Operation.MvnRegister]: (t) => t.moveRegister(Op.MvnR, Op.MvnRS),
  [Operation.Nop]: nop,
  [Operation.OrnImmediate]: (t) => t.logicalImmediate(ORN, ~t.operands.imm),
  [Operation.OrnRegister]: (t) => t.logicalRegister(ORN),
  [Operation.OrrImmediate]: (t) => t.logicalImmediate(ORR),
  [Operation.OrrRegister]: (t) => t.logicalRegister(ORR),
  [Operation.PldImmediate]: nop,
  [Operation.PldLiteral]: nop,
  [Operation.PldRegister]: nop,
  [Operation.PliImmediate]: nop,
  [Operation.PliRegister]: nop,
  [Operation.Pop]: (t) => t.multiple(Op.Ldm, false),
  [Operation.Pssbb]: nop,
  [Operation.Push]: (t) => t.multiple(Op.Stm, true),
  [Operation.Rbit]: (t) => t.unary(Op.Rbit),
  [Operation.Rev]: (t) => t.unary(Op.Rev),
  [Operation.Rev16]: (t) => t.unary(Op.Rev16),
  [Operation.Revsh]: (t) => t.unary(Op.Revsh),
  [Operation.RorImmediate]: (t) => t.shiftImmediate(),
  [Operation.RorRegister]: (t) => t.shiftRegister(Op.RorR, Op.RorRC),
  [Operation.Rrx]: (t) => t.shiftImmediate(),
  [Operation.RsbImmediate]: (t) => t.arithmeticImmediate(RSB),
  [Operation.RsbRegister]: (t) => t.arithmeticRegister(RSB),
  [Operation.SbcImmediate]: (t) => t.arithmeticImmediate(SBC),
  [Operation.SbcRegister]: (t) => t.arithmeticRegister(SBC),
  [Operation.Sbfx]: (t) => t.bitField(Op.Sbfx),
  [Operation.Sdiv]: (t) => t.divide(Op.Sdiv),
  [Operation.Sev]: (t) => t.plain(Op.Sev),
  [Operation.Smlal]: (t) => t.longMultiply(Op.Smlal),
  [Operation.Smull]: (t) => t.longMultiply(Op.Smull),
  [Operation.Ssbb]: nop,
  [Operation.Stm]: (t) => t.multiple(Op.Stm, false),
  [Operation.Stmdb]: (t) => t.multiple(Op.Stm, true),
  [Operation.StrImmediate]: (t) => t.storeImmediate(STORE_WORD),
  [Operation.StrRegister]: (t) => t.storeRegister(STORE_WORD),
  [Operation.StrbImmediate]: (t) => t.storeImmediate(STORE_BYTE),
  [Operation.StrbRegister]: (t) => t.storeRegister(STORE_BYTE),
  [Operation.Strbt]: (t) => t.special(Op.Strbt),
  [Operation.Strd]: (t) => t.dual(Op.Strd),
  [Operation.Strex]: (t) => t.special(Op.Strex, t.operands.ra, t.operands.rd),
  [Operation.Strexb]: (t) => t.special(Op.Strexb, t.operands.ra, t.operands.rd),
  [Operation.Strexh]: (t) => t.special(Op.Strexh, t.operands.ra, t.operands.rd),
  [Operation.StrhImmediate]: (t) => t.storeImmediate(STORE_HALF),
  [Operation.StrhRegister]: (t) => t.storeRegister(STORE_HALF),
  [Operation.Strht]: (t) => t.special(Op.Strht),
  [Operation.Strt]: (t) => t.special(Op.Strt),
  [Operation.SubImmediate]: (t) => t.arithmeticImmediate(SUB, -t.operands.imm | 0),
  [Operation.SubRegister]: (t) => t.arithmeticRegister(SUB),
  [Operation.SubSpImmediate]: (t) => t.arithmeticImmediate(SUB, -t.operands.imm | 0),
  [Operation.SubSpRegister]: (t) => t.arithmeticRegister(SUB),
  [Operation.Svc]: (t) => t.plain(Op.Svc),
  [Operation.Sxtah]: (t) => t.extend(Op.Sxth, true),
  [Operation.Sxtab]: (t) => t.extend(Op.Sxtb, true),
  [Operation.Sxtb]: (t) => t.extend(Op.Sxtb, false),
  [Operation.Sxth]: (t) => t.extend(Op.Sxth, false),
  [Operation.Tbb]: (t) => t.tableBranch(),
  [Operation.TeqImmediate]: (t) => t.testImmediate(Op.TeqI),
  [Operation.TeqRegister]: (t) => t.testRegister(Op.TeqR),
  [Operation.TstImmediate]: (t) => t.testImmediate(Op.TstI),
  [Operation.TstRegister]: (t) => t.testRegister(Op.TstR),
  [Operation.Ubfx]: (t) => t.bitField(Op.Ubfx),
  [Operation.Udf]: (t) => t.undefined(),
  [Operation.Udiv]: (t) => t.divide(Op.Udiv),
  [Operation.Umlal]: (t) => t.longMultiply(Op.Umlal),
  [Operation.Umull]: (t) => t.longMultiply(Op.Umull),
  [Operation.Uxtab]: (t) => t.extend(Op.Uxtb, true),
  [Operation.Uxtah]: (t) => t.extend(Op.Uxth, true),
  [Operation.Uxtb]: (t) => t.extend(Op.Uxtb, false),
  [Operation.Uxth]: (t) => t.extend(Op.Uxth, false),
  [Operation.Wfe]: (t) => t.plain(Op.Wfe),
  [Operation.Wfi]: (t) => t.plain(Op.Wfi),
  [Operation.Yield]: nop,
};
