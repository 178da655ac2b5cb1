/**
 * The interpreter: one dense switch over predecoded records (blocks.ts). Hot operations are inline; everything
 * with loops, privilege or exceptions is in hart.ts. This is the reference that every faster tier is compared with.
 *
 * The source is compiled three times: plain; as './execute.ts?timed=true' for timing models with rules; and as
 * './execute.ts?observed=true', which tells the hart of every instruction and is timed as well. Only in the bundle does
 * `case Op.X` become a literal.
 *
 * x[(w >>> 8) & 63] is rd, x[(w >>> 14) & 31] rs1, x[(w >>> 19) & 31] rs2, code[ip + 1] the immediate and
 * code[ip + 7] the address of the next instruction. They are written out because a call, even an inlined one,
 * costs the optimiser's budget for this function.
 */
import { Attribute } from '../../kernel/memory/guest-memory.ts';
import { countTrailingZeros, mulh, mulhu, populationCount, reverseBytes } from '../arithmetic.ts';
import { JUMP_ENTRIES, STALE } from '../block-cache.ts';
import { Leave } from '../leave.ts';
import {
  divide,
  divideUnsigned,
  mulhsu,
  orCombineBytes,
  remainder,
  remainderUnsigned,
} from './arithmetic.ts';
import { MODE_BITS, type RiscvBlocks } from './blocks.ts';
import type { Hart } from './hart.ts';
import { Op } from './operation.ts';
import { Privilege } from './trap.ts';

declare const OBSERVED: boolean;
declare const TIMED: boolean;

const JUMP_MASK = 2 * (JUMP_ENTRIES - 1);

/**
 * Runs the hart from its program counter with a budget of `hart.remaining` cycles (0 to 2^30). Before it
 * returns, `hart.counter` and `hart.remaining` are exact.
 */
export function execute(hart: Hart, cache: RiscvBlocks): Leave {
  const { code, jumps, exits, ordinals, jumpStates } = cache;
  const { x, ram } = hart;
  const { bytes, signedBytes, halfwords, signedHalfwords, words, attributes } = ram;
  const base = ram.address | 0;
  const loadBytes = hart.loadBytes >>> 0;
  const loadHalfwords = loadBytes >>> 1;
  const loadWords = loadBytes >>> 2;
  const storeBytes = hart.storeBytes >>> 0;
  const storeHalfwords = storeBytes >>> 1;
  const storeWords = storeBytes >>> 2;
  const user = hart.privilege === Privilege.User ? 1 : 0;
  let budget = hart.remaining | 0;
  let ip = cache.lookup(hart.counter, TIMED ? user | (hart.timingState << MODE_BITS) : user) | 0;
  /** Record of the direct jump that led to the block at `ip`; 0 when there is none. */
  let from = 0;
  let value = 0;
  let leave: Leave = Leave.Stay;
  /** Instructions begun before the block: before this call, and since. */
  const startedBefore = TIMED ? hart.started : 0;
  let count = 0;
  const limit = TIMED ? hart.instructionsLeft : 0;

  blocks: for (;;) {
    const cost = code[ip - 1];
    budget = (budget - cost) | 0;
    if (budget < 0) {
      budget = (budget + cost) | 0;
      if (cost !== STALE) {
        hart.counter = code[ip - 4];
        hart.remaining = budget;
        if (TIMED) {
          hart.started = startedBefore + count;
          hart.timingState = code[ip - 3] >>> MODE_BITS;
        }
        return Leave.Budget;
      }
      const target = from === 0 ? code[ip - 4] : code[from + 1];
      const mode = from === 0 ? code[ip - 3] : TIMED ? user | (exits[from >> 2] << MODE_BITS) : user;
      if (from !== 0 && target === code[from + 3] && (code[from] & 0xff) !== Op.Continue) {
        // A taken branch to itself is never linked, so each round comes through here.
        hart.counter = target;
        hart.remaining = budget;
        if (TIMED) {
          hart.started = startedBefore + count;
          hart.timingState = exits[from >> 2];
        }
        return Leave.Spinning;
      }
      const { generation } = cache;
      ip = cache.lookup(target, mode) | 0;
      if (from !== 0 && generation === cache.generation) code[from + 2] = ip;
      from = 0;
      continue;
    }
    if (TIMED && count + code[ip - 2] > limit) {
      hart.counter = code[ip - 4];
      hart.remaining = (budget + cost) | 0;
      hart.started = startedBefore + count;
      hart.timingState = code[ip - 3] >>> MODE_BITS;
      return Leave.Limit;
    }
    if (OBSERVED) {
      hart.started = startedBefore + count;
      hart.before(code, ip, budget);
    }
    for (;;) {
      const w = code[ip];
      switch (w & 0xff) {
        case Op.Lui:
          x[(w >>> 8) & 63] = code[ip + 1];
          ip += 4;
          continue;
        case Op.Beq:
          if (x[(w >>> 14) & 31] === x[(w >>> 19) & 31]) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Bne:
          if (x[(w >>> 14) & 31] !== x[(w >>> 19) & 31]) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Blt:
          if (x[(w >>> 14) & 31] < x[(w >>> 19) & 31]) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Bge:
          if (x[(w >>> 14) & 31] >= x[(w >>> 19) & 31]) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Bltu:
          if (x[(w >>> 14) & 31] >>> 0 < x[(w >>> 19) & 31] >>> 0) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Bgeu:
          if (x[(w >>> 14) & 31] >>> 0 >= x[(w >>> 19) & 31] >>> 0) {
            budget = (budget + (w >>> 24)) | 0;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          }
          ip += 4;
          continue;
        case Op.Jal:
          x[(w >>> 8) & 63] = code[ip + 7];
          if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
          from = ip;
          ip = code[ip + 2];
          continue blocks;
        case Op.Jalr: {
          const target = (x[(w >>> 14) & 31] + code[ip + 1]) & -2;
          x[(w >>> 8) & 63] = code[ip + 7];
          const state = TIMED ? exits[ip >> 2] : 0;
          const slot = (TIMED ? target + (state << 4) : target) & JUMP_MASK;
          from = 0;
          if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
          if (jumps[slot] === (target | user) && (!TIMED || jumpStates[slot >> 1] === state)) {
            ip = jumps[slot + 1];
          } else {
            // Never in the jump cache, like every block that begins with a JALR: each round comes through here.
            if (target === code[ip + 3] && ((x[(w >>> 14) & 31] + code[ip + 1]) & -2) === target) {
              hart.counter = target;
              hart.remaining = budget;
              if (TIMED) {
                hart.started = startedBefore + count;
                hart.timingState = state;
              }
              return Leave.Spinning;
            }
            ip = cache.lookupJump(target, user, state);
          }
          continue blocks;
        }
        case Op.Lb: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const index = (address - base) >>> 0;
          if (index < loadBytes) {
            x[(w >>> 8) & 63] = signedBytes[index];
            ip += 4;
            continue;
          }
          value = (hart.load(address, 1, (budget + (w >>> 24)) | 0, code[ip + 3]) << 24) >> 24;
          break;
        }
        case Op.Lh: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const offset = (address - base) | 0;
          const index = ((offset >>> 1) | (offset << 31)) >>> 0;
          if (index < loadHalfwords) {
            x[(w >>> 8) & 63] = signedHalfwords[index];
            ip += 4;
            continue;
          }
          value = (hart.load(address, 2, (budget + (w >>> 24)) | 0, code[ip + 3]) << 16) >> 16;
          break;
        }
        case Op.Lw: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const offset = (address - base) | 0;
          const index = ((offset >>> 2) | (offset << 30)) >>> 0;
          if (index < loadWords) {
            x[(w >>> 8) & 63] = words[index];
            ip += 4;
            continue;
          }
          value = hart.load(address, 4, (budget + (w >>> 24)) | 0, code[ip + 3]);
          break;
        }
        case Op.Lbu: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const index = (address - base) >>> 0;
          if (index < loadBytes) {
            x[(w >>> 8) & 63] = bytes[index];
            ip += 4;
            continue;
          }
          value = hart.load(address, 1, (budget + (w >>> 24)) | 0, code[ip + 3]);
          break;
        }
        case Op.Lhu: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const offset = (address - base) | 0;
          const index = ((offset >>> 1) | (offset << 31)) >>> 0;
          if (index < loadHalfwords) {
            x[(w >>> 8) & 63] = halfwords[index];
            ip += 4;
            continue;
          }
          value = hart.load(address, 2, (budget + (w >>> 24)) | 0, code[ip + 3]);
          break;
        }
        case Op.Sb: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const index = (address - base) >>> 0;
          if (index < storeBytes && attributes[index >>> 6] === Attribute.Touched) {
            bytes[index] = x[(w >>> 19) & 31];
            ip += 4;
            continue;
          }
          leave = hart.store(address, 1, x[(w >>> 19) & 31], (budget + (w >>> 24)) | 0, code[ip + 3]);
          if (leave === Leave.Stay) {
            ip += 4;
            continue;
          }
          if (leave === Leave.Attention) hart.counter = code[ip + 7];
          if (TIMED) hart.account(cache, ip, startedBefore + count);
          return leave;
        }
        case Op.Sh: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const offset = (address - base) | 0;
          const index = ((offset >>> 1) | (offset << 31)) >>> 0;
          if (index < storeHalfwords && attributes[index >>> 5] === Attribute.Touched) {
            halfwords[index] = x[(w >>> 19) & 31];
            ip += 4;
            continue;
          }
          leave = hart.store(address, 2, x[(w >>> 19) & 31], (budget + (w >>> 24)) | 0, code[ip + 3]);
          if (leave === Leave.Stay) {
            ip += 4;
            continue;
          }
          if (leave === Leave.Attention) hart.counter = code[ip + 7];
          if (TIMED) hart.account(cache, ip, startedBefore + count);
          return leave;
        }
        case Op.Sw: {
          const address = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          const offset = (address - base) | 0;
          const index = ((offset >>> 2) | (offset << 30)) >>> 0;
          if (index < storeWords && attributes[index >>> 4] === Attribute.Touched) {
            words[index] = x[(w >>> 19) & 31];
            ip += 4;
            continue;
          }
          leave = hart.store(address, 4, x[(w >>> 19) & 31], (budget + (w >>> 24)) | 0, code[ip + 3]);
          if (leave === Leave.Stay) {
            ip += 4;
            continue;
          }
          if (leave === Leave.Attention) hart.counter = code[ip + 7];
          if (TIMED) hart.account(cache, ip, startedBefore + count);
          return leave;
        }
        case Op.Addi:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] + code[ip + 1]) | 0;
          ip += 4;
          continue;
        case Op.Slti:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] < code[ip + 1] ? 1 : 0;
          ip += 4;
          continue;
        case Op.Sltiu:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >>> 0 < code[ip + 1] >>> 0 ? 1 : 0;
          ip += 4;
          continue;
        case Op.Xori:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] ^ code[ip + 1];
          ip += 4;
          continue;
        case Op.Ori:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] | code[ip + 1];
          ip += 4;
          continue;
        case Op.Andi:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & code[ip + 1];
          ip += 4;
          continue;
        case Op.Slli:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] << code[ip + 1];
          ip += 4;
          continue;
        case Op.Srli:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >>> code[ip + 1];
          ip += 4;
          continue;
        case Op.Srai:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >> code[ip + 1];
          ip += 4;
          continue;
        case Op.Add:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] + x[(w >>> 19) & 31]) | 0;
          ip += 4;
          continue;
        case Op.Sub:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] - x[(w >>> 19) & 31]) | 0;
          ip += 4;
          continue;
        case Op.Sll:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] << x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Slt:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] < x[(w >>> 19) & 31] ? 1 : 0;
          ip += 4;
          continue;
        case Op.Sltu:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >>> 0 < x[(w >>> 19) & 31] >>> 0 ? 1 : 0;
          ip += 4;
          continue;
        case Op.Xor:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] ^ x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Srl:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >>> x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Sra:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] >> x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Or:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] | x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.And:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Fence:
          ip += 4;
          continue;
        case Op.Mul:
          x[(w >>> 8) & 63] = Math.imul(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Mulh:
          x[(w >>> 8) & 63] = mulh(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Mulhsu:
          x[(w >>> 8) & 63] = mulhsu(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Mulhu:
          x[(w >>> 8) & 63] = mulhu(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Div:
          if (TIMED) budget = (budget + hart.saved('div', x[(w >>> 14) & 31], x[(w >>> 19) & 31])) | 0;
          x[(w >>> 8) & 63] = divide(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Divu:
          if (TIMED) budget = (budget + hart.saved('divu', x[(w >>> 14) & 31], x[(w >>> 19) & 31])) | 0;
          x[(w >>> 8) & 63] = divideUnsigned(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Rem:
          if (TIMED) budget = (budget + hart.saved('div', x[(w >>> 14) & 31], x[(w >>> 19) & 31])) | 0;
          x[(w >>> 8) & 63] = remainder(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Remu:
          if (TIMED) budget = (budget + hart.saved('divu', x[(w >>> 14) & 31], x[(w >>> 19) & 31])) | 0;
          x[(w >>> 8) & 63] = remainderUnsigned(x[(w >>> 14) & 31], x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Sh1add:
          x[(w >>> 8) & 63] = ((x[(w >>> 14) & 31] << 1) + x[(w >>> 19) & 31]) | 0;
          ip += 4;
          continue;
        case Op.Sh2add:
          x[(w >>> 8) & 63] = ((x[(w >>> 14) & 31] << 2) + x[(w >>> 19) & 31]) | 0;
          ip += 4;
          continue;
        case Op.Sh3add:
          x[(w >>> 8) & 63] = ((x[(w >>> 14) & 31] << 3) + x[(w >>> 19) & 31]) | 0;
          ip += 4;
          continue;
        case Op.Andn:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & ~x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Orn:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] | ~x[(w >>> 19) & 31];
          ip += 4;
          continue;
        case Op.Xnor:
          x[(w >>> 8) & 63] = ~(x[(w >>> 14) & 31] ^ x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Clz:
          x[(w >>> 8) & 63] = Math.clz32(x[(w >>> 14) & 31]);
          ip += 4;
          continue;
        case Op.Ctz:
          x[(w >>> 8) & 63] = countTrailingZeros(x[(w >>> 14) & 31]);
          ip += 4;
          continue;
        case Op.Cpop:
          x[(w >>> 8) & 63] = populationCount(x[(w >>> 14) & 31]);
          ip += 4;
          continue;
        case Op.Max: {
          const a = x[(w >>> 14) & 31];
          const b = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = Math.max(a, b);
          ip += 4;
          continue;
        }
        case Op.Maxu: {
          const a = x[(w >>> 14) & 31];
          const b = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = a >>> 0 > b >>> 0 ? a : b;
          ip += 4;
          continue;
        }
        case Op.Min: {
          const a = x[(w >>> 14) & 31];
          const b = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = Math.min(a, b);
          ip += 4;
          continue;
        }
        case Op.Minu: {
          const a = x[(w >>> 14) & 31];
          const b = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = a >>> 0 < b >>> 0 ? a : b;
          ip += 4;
          continue;
        }
        case Op.SextB:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] << 24) >> 24;
          ip += 4;
          continue;
        case Op.SextH:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] << 16) >> 16;
          ip += 4;
          continue;
        case Op.ZextH:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & 0xffff;
          ip += 4;
          continue;
        case Op.Rol: {
          const a = x[(w >>> 14) & 31];
          const amount = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = (a << amount) | (a >>> -amount);
          ip += 4;
          continue;
        }
        case Op.Ror: {
          const a = x[(w >>> 14) & 31];
          const amount = x[(w >>> 19) & 31];
          x[(w >>> 8) & 63] = (a >>> amount) | (a << -amount);
          ip += 4;
          continue;
        }
        case Op.Rori: {
          const a = x[(w >>> 14) & 31];
          const amount = code[ip + 1];
          x[(w >>> 8) & 63] = (a >>> amount) | (a << -amount);
          ip += 4;
          continue;
        }
        case Op.OrcB:
          x[(w >>> 8) & 63] = orCombineBytes(x[(w >>> 14) & 31]);
          ip += 4;
          continue;
        case Op.Rev8:
          x[(w >>> 8) & 63] = reverseBytes(x[(w >>> 14) & 31]);
          ip += 4;
          continue;
        case Op.Bclr:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & ~(1 << x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Bclri:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] & ~(1 << code[ip + 1]);
          ip += 4;
          continue;
        case Op.Bext:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] >>> x[(w >>> 19) & 31]) & 1;
          ip += 4;
          continue;
        case Op.Bexti:
          x[(w >>> 8) & 63] = (x[(w >>> 14) & 31] >>> code[ip + 1]) & 1;
          ip += 4;
          continue;
        case Op.Binv:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] ^ (1 << x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Binvi:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] ^ (1 << code[ip + 1]);
          ip += 4;
          continue;
        case Op.Bset:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] | (1 << x[(w >>> 19) & 31]);
          ip += 4;
          continue;
        case Op.Bseti:
          x[(w >>> 8) & 63] = x[(w >>> 14) & 31] | (1 << code[ip + 1]);
          ip += 4;
          continue;
        case Op.Continue:
          if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
          from = ip;
          ip = code[ip + 2];
          continue blocks;
        default:
          if (TIMED) hart.started = startedBefore + count + ordinals[ip >> 2] - 1;
          leave = hart.cold(code, ip, (budget + (w >>> 24)) | 0);
          if (leave === Leave.Stay) {
            ip += 4;
            continue;
          }
          if (leave === Leave.Attention) hart.counter = code[ip + 7];
          if (TIMED) hart.account(cache, ip, startedBefore + count);
          return leave;
      }
      // A load that went through the hart.
      leave = hart.status;
      if (leave === Leave.Stay) {
        x[(w >>> 8) & 63] = value;
        ip += 4;
        continue;
      }
      if (leave === Leave.Attention) {
        x[(w >>> 8) & 63] = value;
        hart.counter = code[ip + 7];
      }
      if (TIMED) hart.account(cache, ip, startedBefore + count);
      return leave;
    }
  }
}
