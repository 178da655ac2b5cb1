/**
 * Random exception storms: a guest that pends, masks, faults, calls and returns at random, made up as it runs. What
 * it does next may depend on the model's state: returns mostly fit, and what the manual leaves open does not occur.
 */
import { encode } from '../../../src/cpu/armv7m/assemble.ts';
import { hex32 } from '../../../src/errors.ts';
import {
  BUS_FAULT,
  DIV_0_TRP,
  MEM_MANAGE,
  NMI,
  PENDSV,
  STKALIGN,
  SVCALL,
  SYSTICK,
  USAGE_FAULT,
  USERSETMPEND,
} from '../../armv7m-system.ts';
import {
  BFARVALID,
  DIVBYZERO,
  EXCEPTIONS,
  FIRST_INTERRUPT,
  INTERRUPTS,
  NOCP,
  NONBASETHRDENA,
  SLEEPONEXIT,
  THUMB,
  UNALIGNED,
  UNDEFINSTR,
} from './exception-model.ts';
import {
  BASE,
  CODE_BEGIN,
  CODE_END,
  hasMemory,
  LR,
  MAIN_STACK,
  NEVER_EXECUTED,
  NOWHERE,
  PROCESS_STACK,
  Stage,
  SYSTEM,
  TABLES,
  THREAD_CODE,
} from './exception-stage.ts';

/** Offsets from SYSTEM, B3.2.2 and B3.4.3. */
const ISER = 0x100;
const ICER = 0x180;
const ISPR = 0x200;
const ICPR = 0x280;
const IABR = 0x300;
const IPR = 0x400;
const ICSR = 0xd04;
const VTOR = 0xd08;
const AIRCR = 0xd0c;
const SCR = 0xd10;
const CCR = 0xd14;
const SHPR = 0xd18;
const SHCSR = 0xd24;
const CFSR = 0xd28;
const HFSR = 0xd2c;
const BFAR = 0xd38;
const STIR = 0xf00;

const CONFIGURATION_STEPS = 30;
const LEGAL_RETURNS = [0xffff_fff1, 0xffff_fff9, 0xffff_fffd];
const ILLEGAL_RETURNS = [0xffff_fff0, 0xffff_fff3, 0xffff_fff5, 0xffff_ffff];
const CONFIGURABLE = [MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SVCALL, PENDSV, SYSTICK];
const ITSTATE = 0x0600_fc00;
const EXCEPTION = 0x1ff;
const APSR_AND_ALIGNMENT = 0xf800_0200 | 0;

/** SYSm, B5.1.1. */
const SYSM = {
  MSP: 8,
  PSP: 9,
  PRIMASK: 16,
  BASEPRI: 17,
  BASEPRI_MAX: 18,
  FAULTMASK: 19,
  CONTROL: 20,
} as const;

export class Storm extends Stage {
  protected override choose(done: number): void {
    if (done < CONFIGURATION_STEPS) this.#configure();
    else this.#act();
  }

  #configure(): void {
    const pick = this.below(8);
    if (pick < 2) this.#storePriority();
    else if (pick === 2) this.#store(ISER, this.words() | this.words());
    else if (pick === 3)
      this.#storeWord(SHCSR, 'SHCSR', this.model.shcsr | ((this.chance(2) ? 7 : this.below(8)) << 16));
    else if (pick === 4) this.#storeConfiguration();
    else this.#storePriority();
  }

  #act(): void {
    const { model } = this;
    if (model.mode === 'Handler' && this.chance(4)) {
      this.#return();
      return;
    }
    // A fault here would be the end.
    const careful = model.executionPriority() < 0 && !this.chance(50);
    const pick = this.below(100);
    if (careful && (pick >= 84 || (!model.privileged && pick < 80))) this.#changeFrameRegisters();
    else if (pick < 14) this.#pendInterrupt();
    else if (pick < 22) this.#pendSystem();
    else if (pick < 28) this.#storePriority();
    else if (pick < 33) this.#store(this.chance(2) ? ISER : ICER, this.words() & this.words());
    else if (pick < 45) this.#writeMask();
    else if (pick < 48) this.#storeConfiguration();
    else if (pick < 51) this.#storeHandlers();
    else if (pick < 62) this.#load();
    else if (pick < 66) this.#clearStatus();
    else if (pick < 70) this.#writeControl();
    else if (pick < 74) this.#writeStackPointer();
    else if (pick < 78) this.#wait();
    else if (pick < 84) this.#changeFrameRegisters();
    else if (pick < 89) this.#call();
    else if (pick < 96) this.#fault();
    else if (pick < 98) this.#spoilFrame();
    else this.#branchAway();
  }

  #call(): void {
    this.raise('svc', encode('SVC', 'T1', { imm: this.below(256) }), (next) =>
      this.model.supervisorCall(next),
    );
  }

  // --- Stores to the system control space --------------------------------------------------------------------------

  #storeAt(name: string, offset: number, value: number, width: 1 | 4, effect: () => void): void {
    const { model } = this;
    const page = width === 4 ? 'STR (immediate)' : 'STRB (immediate)';
    const encoding = encode(page, width === 4 ? 'T3' : 'T2', {
      rd: this.stretch.take(value),
      rn: BASE,
      imm: offset,
    });
    const allowed = model.privileged || (offset === STIR && (model.ccr & USERSETMPEND) !== 0);
    const text = `${name} := ${hex32(value)}`;
    if (allowed) this.put(text, encoding, effect);
    else this.raise(`${text}, unprivileged`, encoding, () => model.preciseBusFault(SYSTEM + offset));
  }

  #storeWord(offset: number, name: string, value: number): void {
    const { model } = this;
    this.#storeAt(name, offset, value, 4, () => {
      if (offset === SHCSR) model.shcsr = value;
      else if (offset === ICSR) model.icsr = value;
      else if (offset === VTOR) model.vtor = value;
      else if (offset === AIRCR) model.prigroup = (value >> 8) & 7;
      else if (offset === SCR) model.scr = value;
      else if (offset === CCR) model.ccr = value;
      else if (offset === CFSR) model.cfsr &= ~value;
      else if (offset === HFSR) model.hfsr &= ~value;
      else if (offset === STIR) model.pending[FIRST_INTERRUPT + value] = true;
      else throw new Error(`no register at ${offset}`);
    });
  }

  /** ISER, ICER, ISPR, ICPR. */
  #store(offset: number, bits: number): void {
    const { model } = this;
    const name = { [ISER]: 'ISER', [ICER]: 'ICER', [ISPR]: 'ISPR', [ICPR]: 'ICPR' }[offset]!;
    const state = offset < ISPR ? model.enabled : model.pending;
    this.#storeAt(name, offset, bits, 4, () =>
      model.setInterrupts(state, bits, offset === ISER || offset === ISPR),
    );
  }

  #pendInterrupt(): void {
    const line = this.below(INTERRUPTS);
    const pick = this.below(5);
    if (pick === 0) this.#storeWord(STIR, 'STIR', line);
    else if (pick === 1) this.#store(ICPR, this.words());
    else this.#store(ISPR, this.chance(2) ? 1 << line : this.words() & this.words() & this.words());
  }

  #pendSystem(): void {
    const bits = [1 << 28, 1 << 26, 1 << 28, 1 << 27, 1 << 25, (1 << 28) | (1 << 26), 1 << 31];
    this.#storeWord(ICSR, 'ICSR', bits[this.below(this.chance(3) ? 7 : 6)]!);
  }

  /** Few levels, so that equal ones are common. */
  #level(): number {
    return this.chance(3) ? this.below(256) : 0x20 * (1 + this.below(7));
  }

  #storePriority(): void {
    const { model } = this;
    const value = this.#level();
    if (this.chance(3)) {
      const exception = CONFIGURABLE[this.below(CONFIGURABLE.length)]!;
      this.#storeAt(`priority of ${exception}`, SHPR + exception - 4, value, 1, () =>
        model.setPriority(exception, value),
      );
    } else {
      const line = this.below(INTERRUPTS);
      this.#storeAt(`priority of IRQ ${line}`, IPR + line, value, 1, () =>
        model.setPriority(FIRST_INTERRUPT + line, value),
      );
    }
  }

  #storeConfiguration(): void {
    const pick = this.below(8);
    if (pick < 3) this.#storeWord(AIRCR, 'AIRCR', 0x05fa_0000 | (this.below(8) << 8) | 0);
    else if (pick < 5) {
      const bits = (this.chance(3) ? NONBASETHRDENA : 0) | (this.chance(2) ? USERSETMPEND : 0);
      this.#storeWord(CCR, 'CCR', bits | (this.chance(2) ? DIV_0_TRP : 0) | (this.chance(4) ? 0 : STKALIGN));
    } else if (pick === 5) this.#storeWord(SCR, 'SCR', this.chance(20) ? SLEEPONEXIT : 0);
    else this.#storeWord(VTOR, 'VTOR', TABLES[this.below(this.chance(2) ? 4 : 2)]!);
  }

  /** Enables fault handlers, and now and then changes what is active or pended by hand: B3.2.13. */
  #storeHandlers(): void {
    const { model } = this;
    const pended = [BUS_FAULT, USAGE_FAULT, MEM_MANAGE].filter((exception) => model.pending[exception]);
    // A pending fault keeps its handler: what else becomes of it the manual does not say.
    const keep = pended.reduce((bits, exception) => bits | (1 << (16 + exception - MEM_MANAGE)), 0);
    let value = (model.shcsr & 0xffff) | ((this.chance(2) ? 7 : this.below(8)) << 16) | keep;
    if (this.chance(6)) value ^= 1 << [0, 1, 3, 7, 10, 11, 15][this.below(7)]!;
    this.#storeWord(SHCSR, 'SHCSR', value);
  }

  #clearStatus(): void {
    if (this.chance(2)) this.#storeWord(CFSR, 'CFSR', this.chance(2) ? -1 : this.words());
    else this.#storeWord(HFSR, 'HFSR', this.words());
  }

  // --- Loads from there -----------------------------------------------------------------------------------------------

  #load(): void {
    const { model } = this;
    const fromIcsr =
      (1 << 31) | (1 << 28) | (1 << 26) | (1 << 22) | 0x1ff | (model.mode === 'Handler' ? 1 << 11 : 0);
    const readable: [string, number, () => number, number][] = [
      ['ICSR', ICSR, () => model.icsr, fromIcsr],
      ['ISPR', ISPR, () => model.interruptBits(model.pending), -1],
      ['IABR', IABR, () => model.interruptBits(model.active), -1],
      ['ISER', ISER, () => model.interruptBits(model.enabled), -1],
      ['SHCSR', SHCSR, () => model.shcsr, -1],
      ['CFSR', CFSR, () => model.cfsr, -1],
      ['HFSR', HFSR, () => model.hfsr, -1],
      ['BFAR', BFAR, () => model.bfar, (model.cfsr & BFARVALID) === 0 ? 0 : -1],
      ['CCR', CCR, () => model.ccr, -1],
      ['VTOR', VTOR, () => model.vtor, -1],
    ];
    const [name, offset, value, mask] = readable[this.below(readable.length)]!;
    const register = this.stretch.take(this.words());
    const encoding = encode('LDR (immediate)', 'T3', { rd: register, rn: BASE, imm: offset });
    if (!model.privileged)
      this.raise(`load of ${name}, unprivileged`, encoding, () => model.preciseBusFault(SYSTEM + offset));
    else
      this.put(`load of ${name}`, encoding, () =>
        this.stretch.loaded.set(register, { value: value(), mask }),
      );
  }

  // --- Special registers ---------------------------------------------------------------------------------------------------

  #msr(name: keyof typeof SYSM, value: number): void {
    const encoding = encode('MSR', 'T1', { rn: this.stretch.take(value), imm: SYSM[name], imm2: 2 });
    this.put(`${name} := ${hex32(value)}`, encoding, () => this.model.writeSpecial(name, value));
  }

  #writeMask(): void {
    const { model } = this;
    const pick = this.below(8);
    if (pick < 2) this.#msr('BASEPRI', this.chance(2) ? 0 : this.#level());
    else if (pick === 2) this.#msr('BASEPRI_MAX', this.#level());
    else if (pick === 3) this.#msr('FAULTMASK', this.chance(3) ? 1 : 0);
    else if (pick === 4) this.#msr('PRIMASK', this.chance(4) ? 1 : 0);
    else {
      const [imm, imm2] = [1 + this.below(this.chance(3) ? 3 : 2), this.chance(5) ? 1 : 0];
      this.put(`cps ${imm2 ? 'id' : 'ie'} ${imm}`, encode('CPS', 'T1', { imm, imm2 }), () => {
        if (imm & 2) model.writeSpecial('PRIMASK', imm2);
        if (imm & 1) model.writeSpecial('FAULTMASK', imm2);
      });
    }
  }

  #writeControl(): void {
    this.#msr('CONTROL', (this.chance(3) ? 1 : 0) | (this.below(2) << 1));
  }

  /** PSP while nothing lies on its stack, or a frame of another thread from a handler; now and then to where no memory is. */
  #writeStackPointer(): void {
    const { model } = this;
    if (model.mode === 'Thread') {
      const isMain = model.sp === model.spMain;
      if (this.chance(3)) this.#msr('PSP', NOWHERE + 0x100);
      else if (isMain || !hasMemory(model.sp >>> 0) || this.chance(2))
        this.#msr('PSP', PROCESS_STACK - 4 * this.below(64));
      else this.put('push {r0}', encode('PUSH', 'T1', { rn: 13, imm: 1 }), () => this.#push(model.r[0]!));
      return;
    }
    if (this.chance(2)) this.#switchThread();
    else this.put('nop', encode('NOP', 'T1', {}));
  }

  /** PSP to a frame of another thread, which is there before the stretch begins: so the stretch must not have been there. */
  #switchThread(): void {
    const frame = PROCESS_STACK - 0x1000 - 8 * this.below(64);
    const places = [0, 4, 8, 12, 16, 20, 24, 28].map((offset) => frame + offset);
    if (places.some((place) => this.written.has(place))) {
      this.put('nop', encode('NOP', 'T1', {}));
      return;
    }
    const psr = (this.words() & 0xf800_0000) | THUMB | (this.below(2) << 9);
    const saved = Array.from({ length: 6 }, () => this.words());
    const words = [...saved, THREAD_CODE + 0x1_0000 + 2 * this.below(0x800), psr];
    for (const [index, place] of places.entries()) this.poke(place, words[index]!);
    this.#msr('PSP', frame);
  }

  #push(value: number): void {
    const { model } = this;
    model.sp -= 4;
    model.write(model.sp, value);
  }

  // --- Faults ----------------------------------------------------------------------------------------------------------------

  #fault(): void {
    const { model } = this;
    const pick = this.below(7);
    if (pick === 0)
      this.raise('udf', encode('UDF', 'T1', { imm: 0 }), () => model.fault(USAGE_FAULT, UNDEFINSTR));
    else if (pick === 1)
      this.raise('udf.w', encode('UDF', 'T2', { imm: 0 }), () => model.fault(USAGE_FAULT, UNDEFINSTR));
    else if (pick === 2) this.raise('mcr', 0xee01_0f10 | 0, () => model.fault(USAGE_FAULT, NOCP));
    else if (pick === 3) this.raise('bkpt', encode('BKPT', 'T1', { imm: 1 }), () => model.breakpoint());
    else if (pick === 4) {
      const rn = this.stretch.take(MAIN_STACK + 1);
      const encoding = encode('LDRD (immediate)', 'T1', {
        rd: rn,
        ra: rn + 1,
        rn,
        imm: 0,
        index: 1,
        add: 1,
        wback: 0,
      });
      this.raise('an unaligned ldrd', encoding, () => model.fault(USAGE_FAULT, UNALIGNED));
    } else if (pick === 5) {
      const rn = this.stretch.take(NOWHERE + 4 * this.below(64));
      const address = this.stretch.registers.get(rn)! >>> 0;
      const page = this.chance(2) ? 'LDR (immediate)' : 'STR (immediate)';
      const encoding = encode(page, 'T3', { rd: rn, rn, imm: 0 });
      this.raise('an access to nothing', encoding, () => model.preciseBusFault(address));
    } else {
      const rm = this.stretch.take(0);
      const encoding = encode('SDIV', 'T1', { rd: rm, rn: rm, rm });
      if ((model.ccr & DIV_0_TRP) === 0) this.put('sdiv by zero', encoding);
      else this.raise('sdiv by zero', encoding, () => model.fault(USAGE_FAULT, DIVBYZERO));
    }
  }

  #branchAway(): void {
    const { model } = this;
    const target = [NOWHERE | 1, NEVER_EXECUTED | 1, model.pc + 0x20][this.below(3)]!;
    this.put(`bx to ${hex32(target)}`, encode('BX', 'T1', { rm: this.stretch.take(target) }), () => {
      model.pc = (target & ~1) >>> 0;
      model.thumb = (target & 1) === 1;
    });
  }

  #wait(): void {
    const { model } = this;
    const pick = this.below(4);
    if (pick === 0) this.put('sev', encode('SEV', 'T1', {}), () => (model.eventRegister = true));
    else if (pick === 1 && model.eventRegister)
      this.put('wfe', encode('WFE', 'T1', {}), () => (model.eventRegister = false));
    else if (model.wakes()) this.put('wfi', encode('WFI', 'T1', {}));
    else if (this.chance(60)) this.put('wfi', encode('WFI', 'T1', {}), () => (model.asleep = true));
    else this.put('nop', encode('NOP', 'T2', {}));
  }

  /** New values in what frames save, so that they tell frames apart. */
  #changeFrameRegisters(): void {
    const { model } = this;
    const rd = [0, 1, 2, 3, 12][this.below(5)]!;
    const imm = this.below(0x1_0000);
    this.put(`r${rd} := ${imm}`, encode('MOV (immediate)', 'T3', { rd, imm }), () => (model.r[rd] = imm));
  }

  // --- Return ------------------------------------------------------------------------------------------------------------------

  /** Writes a word of memory by a store of the guest. */
  #storeToMemory(what: string, address: number, value: number): void {
    const [rn, rd] = [this.stretch.take(address), this.stretch.take(value)];
    this.put(`${what} := ${hex32(value)}`, encode('STR (immediate)', 'T3', { rd, rn, imm: 0 }), () => {
      this.model.write(address, value);
    });
  }

  /** Changes the stacked xPSR or return address of the frame on top, so that the return fails, or goes elsewhere. */
  #spoilFrame(): void {
    const { model } = this;
    const frame = model.frames[model.frames.length - 1];
    if (model.mode !== 'Handler' || frame === undefined || !hasMemory(frame.address + 28)) {
      this.put('nop', encode('NOP', 'T1', {}));
      return;
    }
    const psr = model.read(frame.address + 28);
    const pick = this.below(4);
    if (pick === 0) this.#storeToMemory('stacked xPSR', frame.address + 28, psr ^ THUMB);
    else if (pick === 1) {
      const exception = [0, SVCALL, NMI, FIRST_INTERRUPT + this.below(INTERRUPTS)][this.below(4)]!;
      this.#storeToMemory('stacked xPSR', frame.address + 28, (psr & ~EXCEPTION) | exception);
    } else if (pick === 2) this.#storeToMemory('stacked xPSR', frame.address + 28, psr ^ (1 << 9));
    else this.#storeToMemory('stacked PC', frame.address + 24, [NOWHERE, NEVER_EXECUTED][this.below(2)]!);
  }

  #return(): void {
    const { model } = this;
    // Without vectors the same exceptions would fail again and again.
    if (model.vtor === TABLES[3] && this.chance(2)) {
      this.#storeWord(VTOR, 'VTOR', TABLES[0]!);
      return;
    }
    const fitting = model.frames[model.frames.length - 1]?.excReturn ?? 0xffff_fff9;
    let value = fitting >>> 0;
    if (this.chance(model.executionPriority() < 0 ? 100 : 12)) value = LEGAL_RETURNS[this.below(3)]!;
    else if (this.chance(model.executionPriority() < 0 ? 300 : 30)) value = ILLEGAL_RETURNS[this.below(4)]!;
    const pops = hasMemory(model.spMain >>> 0) && model.read(model.spMain) >>> 0 === value;
    const frame = (value & 15) === 13 ? model.spProcess : model.spMain + (pops ? 4 : 0);
    if (this.chance(2) && this.#unblocks(value, frame)) return;
    if (this.#repairs(frame)) return;
    const effect = () => model.exceptionReturn(value);
    const inLr = model.r[LR]! >>> 0 === value;
    if (pops) {
      this.put('pop {pc}', encode('POP', 'T1', { rn: 13, imm: 1 << 15 }), () => {
        model.spMain += 4;
        effect();
      });
    } else if (inLr && this.chance(4)) {
      this.put('push {lr}', encode('PUSH', 'T1', { rn: 13, imm: 1 << LR }), () => this.#push(value));
    } else {
      const rm = inLr ? LR : this.stretch.take(value);
      this.put(`bx to ${hex32(value)}`, encode('BX', 'T1', { rm }), effect);
    }
  }

  /** Mends what would make this return fail again and again. @returns whether that took this step. */
  #unblocks(value: number, frame: number): boolean {
    const { model } = this;
    const nested = model.active.filter((isActive) => isActive).length;
    const toThread = (value & 15) !== 1;
    const psr = model.read(frame + 28);
    if (hasMemory(frame >>> 0) && toThread !== ((psr & EXCEPTION) === 0)) {
      const below = model.active.findLastIndex((isActive, exception) => isActive && exception !== model.ipsr);
      this.#storeToMemory(
        'stacked xPSR',
        frame + 28,
        (psr & ~EXCEPTION) | (toThread ? 0 : Math.max(below, 0)),
      );
    } else if (toThread && nested !== 1 && (model.ccr & NONBASETHRDENA) === 0) {
      this.#storeWord(CCR, 'CCR', model.ccr | NONBASETHRDENA);
    } else if ((value & 15) === 13 && !hasMemory(model.spProcess >>> 0)) this.#switchThread();
    else return false;
    return true;
  }

  /**
   * A frame that no entry has pushed can hold anything: what the manual leaves open, or storms do not have, is
   * first written over. @returns whether that took this step.
   */
  #repairs(frame: number): boolean {
    const { model } = this;
    if (!hasMemory(frame >>> 0) || !hasMemory((frame + 28) >>> 0)) return false;
    const [pc, psr] = [model.read(frame + 24) >>> 0, model.read(frame + 28)];
    const exception = psr & EXCEPTION;
    const isException = exception < EXCEPTIONS && ![1, 7, 8, 9, 10, 12, 13].includes(exception);
    const isCode = pc % 2 === 0 && pc >= CODE_BEGIN && pc < CODE_END - 0x1000;
    const isBad = pc === NOWHERE || pc === NEVER_EXECUTED;
    if (!isCode && (!isBad || (psr & THUMB) === 0 || !this.chance(3))) {
      this.#storeToMemory('stacked PC', frame + 24, THREAD_CODE + 2 * this.below(0x8000));
      return true;
    }
    const isWrong = !isException || (psr & ITSTATE) !== 0;
    if (!isWrong && (psr & THUMB) !== 0) return false;
    if (!isWrong && this.chance(3)) return false;
    this.#storeToMemory(
      'stacked xPSR',
      frame + 28,
      (psr & APSR_AND_ALIGNMENT) | THUMB | (isException ? exception : 0),
    );
    return true;
  }
}
