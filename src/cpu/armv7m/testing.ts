/**
 * What tests of the exception model need instead of a processor: memory, registers and the whole of system space,
 * without instructions. A test moves the counter itself and raises what an instruction would.
 */
import { Bus } from '../../bus/bus.ts';
import type { InterruptController } from '../../bus/interrupt-controller.ts';
import { Line } from '../../bus/line.ts';
import { GuestMemory } from '../../kernel/memory/guest-memory.ts';
import { DataAccess } from './data-access.ts';
import type { ExceptionHost } from './exception-priorities.ts';
import { ExceptionModel } from './exceptions.ts';
import { Mpu } from './mpu.ts';
import { SYSTEM_CONTROL_ADDRESS, SYSTEM_CONTROL_BLOCK_ADDRESS, SystemControl } from './scb.ts';
import { SpecialRegisters } from './special-registers.ts';
import { ProcessorState, REGISTER_SLOTS } from './state.ts';
import { type SystemOptions, SystemRegisters } from './system-registers.ts';

export const TABLE = 0;
export const STACK_TOP = 0x2000_8000;
/** The handler of exception n is at HANDLERS + 0x10 × n. */
export const HANDLERS = 0x1000;
export const THREAD_CODE = 0x4000;

const ALL = { read: true, write: true, execute: true };

export interface BenchOptions extends SystemOptions {
  readonly regionCount?: number;
  readonly dsp?: boolean;
}

export class SystemBench implements ExceptionHost {
  readonly memory = new GuestMemory([
    { name: 'code', address: 0, sizeBytes: 0x1_0000, permissions: ALL, owner: 'guest' },
    { name: 'ram', address: 0x2000_0000, sizeBytes: 0x1_0000, permissions: ALL, owner: 'guest' },
  ]);
  readonly bus = new Bus(this.memory);
  readonly traceEnable = new Line('trcena');
  readonly state = new ProcessorState(new Int32Array(REGISTER_SLOTS));
  readonly registers: SystemRegisters;
  readonly mpu: Mpu;
  readonly data: DataAccess;
  readonly controller: InterruptController;
  readonly exceptions: ExceptionModel;
  readonly special: SpecialRegisters;
  readonly system: SystemControl;
  /** Numbers of the exceptions taken, in order. */
  readonly taken: number[] = [];
  readonly errors: string[] = [];
  accessRuleChanges = 0;
  resets = 0;

  constructor(controller: InterruptController, options: BenchOptions = {}) {
    const { bus, state } = this;
    this.controller = controller;
    this.registers = new SystemRegisters({ ...options, traceEnable: this.traceEnable });
    const { registers } = this;
    this.mpu = new Mpu(options.regionCount ?? 8);
    const { mpu } = this;
    mpu.onChange = () => this.accessRulesChanged();
    this.data = new DataAccess({ bus, state, mpu, registers });
    const { data } = this;
    this.exceptions = new ExceptionModel({ state, registers, mpu, data, controller, host: this });
    const { exceptions } = this;
    this.special = new SpecialRegisters(state, exceptions, registers, { dsp: options.dsp ?? false });
    this.system = new SystemControl({
      state,
      registers,
      exceptions,
      mpu,
      controller,
      resetRequested: () => this.resets++,
      guestError: (category, message) => void this.errors.push(`${category}: ${message}`),
    });
    bus.map(this.system.control, SYSTEM_CONTROL_ADDRESS);
    bus.map(this.system.block, SYSTEM_CONTROL_BLOCK_ADDRESS);
    this.poke(TABLE, STACK_TOP);
    this.poke(TABLE + 4, THREAD_CODE | 1);
    for (let n = 2; n < 16 + controller.lineCount; n++) this.poke(TABLE + 4 * n, (HANDLERS + 0x10 * n) | 1);
    this.reset();
  }

  reset(): void {
    this.state.reset();
    this.registers.reset();
    this.mpu.reset();
    this.exceptions.reset();
    this.exceptions.enterReset();
    this.taken.length = 0;
  }

  exceptionTaken(number: number): void {
    this.taken.push(number);
  }

  interruptsChanged(): void {}

  accessRulesChanged(): void {
    this.accessRuleChanges++;
  }

  /** A word of memory or of a register, as an unsigned number, without effect. */
  peek(address: number): number {
    return this.bus.peek(address, 4)!;
  }

  poke(address: number, value: number): void {
    this.bus.poke(address, new Uint8Array(new Int32Array([value]).buffer));
  }

  /** A store with the present rights, whatever comes of it. */
  write(address: number, value: number): void {
    this.data.store(address | 0, 4, value | 0);
  }

  read(address: number): number {
    return this.data.load(address | 0, 4) >>> 0;
  }

  /** Takes what is pending. @returns the number of the exception, or 0. */
  step(): number {
    const number = this.exceptions.pendingException();
    if (number !== 0) this.exceptions.takeException(number);
    return number === 0 ? 0 : this.state.ipsr;
  }

  /** Returns by the EXC_RETURN in LR. */
  leave(): void {
    this.exceptions.exceptionReturn(this.state.x[14]!);
  }
}
