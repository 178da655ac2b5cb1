/**
 * The interpreter: one dense switch over micro-operations (micro-op.ts). Hot ones are inline; everything with
 * loops, privilege or exceptions is in processor.ts. This is the reference that every faster tier is compared with.
 *
 * The source is compiled three times: plain; as './execute.ts?timed=true' for timing models with rules; and as
 * './execute.ts?observed=true', which tells the processor of every instruction and is timed as well. Only in the bundle
 * does `case Op.X` become a literal.
 *
 * x[(w >>> 8) & 31] is d, x[(w >>> 13) & 31] n, x[(w >>> 18) & 31] m, code[ip + 1] the immediate. They are written
 * out because a call, even an inlined one, costs the optimiser's budget for this function.
 *
 * The flags are locals: N is `n < 0`, Z is `z === 0`, C is `c`, V is `v < 0`. They are published whenever anything
 * else might look at them.
 *
 * Memory is reached through two maps of pages (page-map.ts): an entry is 0, or the distance from guest address to
 * host offset plus 1, so that one comparison tests for both a mapped page and alignment.
 */
import { Attribute } from '../../kernel/memory/guest-memory.ts';
import { JUMP_ENTRIES, STALE } from '../block-cache.ts';
import { Leave } from '../leave.ts';
import { longMultiply, rbit, rev, rev16, revsh, sdiv, udiv } from './arithmetic.ts';
import { MODE_BITS, NOT_THUMB, type ThumbBlocks } from './blocks.ts';
import { Op } from './micro-op.ts';
import type { Processor } from './processor.ts';

declare const OBSERVED: boolean;
declare const TIMED: boolean;

const JUMP_MASK = 2 * (JUMP_ENTRIES - 1);
/** Link register. */
const LR = 14;

/**
 * Runs the processor from its program counter with a budget of `remaining` cycles (0 to 2^30). Before it
 * returns, program counter, flags, ITSTATE and `remaining` are exact.
 */
export function execute(core: Processor, cache: ThumbBlocks): Leave {
  const { code, jumps, exits, ordinals, jumpStates } = cache;
  const { state, x, direct } = core;
  const { loads, stores } = direct;
  const { bytes, signedBytes, halfwords, signedHalfwords, words, attributes } = direct.host;
  const unprivileged = state.privileged ? 0 : 1;
  let { n, z, c, v } = state;
  let budget = core.remaining | 0;
  const mode = unprivileged | (state.itstate << 1) | (state.thumb ? 0 : NOT_THUMB);
  let ip = cache.lookup(core.counter, TIMED ? mode | (core.timingState << MODE_BITS) : mode) | 0;
  /** Record of the direct jump that led to the block at `ip`; 0 when there is none. */
  let from = 0;
  let address = 0;
  let leave: Leave = Leave.Stay;
  /** Instructions begun before the block: before this call, and since. */
  const startedBefore = TIMED ? core.started : 0;
  let count = 0;
  const limit = TIMED ? core.instructionsLeft : 0;

  blocks: for (;;) {
    const cost = code[ip - 1];
    budget = (budget - cost) | 0;
    if (budget < 0) {
      budget = (budget + cost) | 0;
      if (cost !== STALE) {
        core.leave(n, z, c, v, code[ip - 4], (code[ip - 3] >>> 1) & 0xff, budget);
        if (TIMED) {
          core.started = startedBefore + count;
          core.timingState = code[ip - 3] >>> MODE_BITS;
        }
        return Leave.Budget;
      }
      const target = from === 0 ? code[ip - 4] : code[from + 1];
      // ITSTATE is not zero only where a block went on in the middle of an IT block.
      let mode = unprivileged;
      if (from === 0) mode = code[ip - 3];
      else {
        if ((code[from] & 0xff) === Op.Continue) mode |= ((code[from] >>> 8) & 0xff) << 1;
        if (TIMED) mode |= exits[from >> 2] << MODE_BITS;
      }
      if (from !== 0 && target === code[from + 3] && (code[from] & 0xff) !== Op.Continue) {
        // A taken branch to itself is never linked, so each round comes through here.
        core.leave(n, z, c, v, target, 0, budget);
        if (TIMED) {
          core.started = startedBefore + count;
          core.timingState = exits[from >> 2];
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
      core.leave(n, z, c, v, code[ip - 4], (code[ip - 3] >>> 1) & 0xff, (budget + cost) | 0);
      core.started = startedBefore + count;
      core.timingState = code[ip - 3] >>> MODE_BITS;
      return Leave.Limit;
    }
    if (OBSERVED) {
      core.leave(n, z, c, v, code[ip - 4], (code[ip - 3] >>> 1) & 0xff, budget);
      core.started = startedBefore + count;
      core.before(code, ip, budget);
    }
    for (;;) {
      const w = code[ip];
      // biome-ignore lint/suspicious/noConfusingLabels: a taken branch and what is finished outside leave the switch differently.
      other: {
        switch (w & 0xff) {
          case Op.Nop:
            ip += 4;
            continue;
          case Op.B:
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          case Op.Bl:
            x[LR] = code[ip + 7] | 1;
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          case Op.Bx: {
            const target = x[(w >>> 18) & 31];
            const exit = TIMED ? exits[ip >> 2] : 0;
            const slot = (TIMED ? target + (exit << 4) : target) & JUMP_MASK;
            if (target >>> 28 !== 15 && (target & 1) !== 0) {
              from = 0;
              if (
                jumps[slot] === ((target & -2) | unprivileged) &&
                (!TIMED || jumpStates[slot >> 1] === exit)
              ) {
                if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
                ip = jumps[slot + 1];
              }
              // Such a block is never in the jump cache: each round of a BX to itself comes through here.
              else if ((target & -2) === code[ip + 3]) break other;
              else {
                if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
                ip = cache.lookupJump(target & -2, unprivileged, exit) | 0;
              }
              continue blocks;
            }
            break other;
          }
          case Op.Blx: {
            const target = x[(w >>> 18) & 31];
            const link = code[ip + 7] | 1;
            const exit = TIMED ? exits[ip >> 2] : 0;
            const slot = (TIMED ? target + (exit << 4) : target) & JUMP_MASK;
            if (target >>> 28 !== 15 && (target & 1) !== 0) {
              from = 0;
              if (
                jumps[slot] === ((target & -2) | unprivileged) &&
                (!TIMED || jumpStates[slot >> 1] === exit)
              ) {
                if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
                ip = jumps[slot + 1];
              }
              // Such a block is never in the jump cache: each round of a BX to itself comes through here.
              else if ((target & -2) === code[ip + 3]) break other;
              else {
                if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
                ip = cache.lookupJump(target & -2, unprivileged, exit) | 0;
              }
              x[LR] = link;
              continue blocks;
            }
            break other;
          }
          case Op.Cbz:
            if (x[(w >>> 13) & 31] === 0) break;
            ip += 4;
            continue;
          case Op.Cbnz:
            if (x[(w >>> 13) & 31] !== 0) break;
            ip += 4;
            continue;
          case Op.Beq:
            if (z === 0) break;
            ip += 4;
            continue;
          case Op.Bne:
            if (z !== 0) break;
            ip += 4;
            continue;
          case Op.Bcs:
            if (c !== 0) break;
            ip += 4;
            continue;
          case Op.Bcc:
            if (c === 0) break;
            ip += 4;
            continue;
          case Op.Bmi:
            if (n < 0) break;
            ip += 4;
            continue;
          case Op.Bpl:
            if (n >= 0) break;
            ip += 4;
            continue;
          case Op.Bvs:
            if (v < 0) break;
            ip += 4;
            continue;
          case Op.Bvc:
            if (v >= 0) break;
            ip += 4;
            continue;
          case Op.Bhi:
            if (c !== 0 && z !== 0) break;
            ip += 4;
            continue;
          case Op.Bls:
            if (c === 0 || z === 0) break;
            ip += 4;
            continue;
          case Op.Bge:
            if ((n ^ v) >= 0) break;
            ip += 4;
            continue;
          case Op.Blt:
            if ((n ^ v) < 0) break;
            ip += 4;
            continue;
          case Op.Bgt:
            if (z !== 0 && (n ^ v) >= 0) break;
            ip += 4;
            continue;
          case Op.Ble:
            if (z === 0 || (n ^ v) < 0) break;
            ip += 4;
            continue;
          case Op.SkipEq:
            if (TIMED && !(z === 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (z === 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipNe:
            if (TIMED && !(z !== 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (z !== 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipCs:
            if (TIMED && !(c !== 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (c !== 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipCc:
            if (TIMED && !(c === 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (c === 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipMi:
            if (TIMED && !(n < 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (n < 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipPl:
            if (TIMED && !(n >= 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (n >= 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipVs:
            if (TIMED && !(v < 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (v < 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipVc:
            if (TIMED && !(v >= 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (v >= 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipHi:
            if (TIMED && !(c !== 0 && z !== 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (c !== 0 && z !== 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipLs:
            if (TIMED && !(c === 0 || z === 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (c === 0 || z === 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipGe:
            if (TIMED && !((n ^ v) >= 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + ((n ^ v) >= 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipLt:
            if (TIMED && !((n ^ v) < 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + ((n ^ v) < 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipGt:
            if (TIMED && !(z !== 0 && (n ^ v) >= 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (z !== 0 && (n ^ v) >= 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.SkipLe:
            if (TIMED && !(z === 0 || (n ^ v) < 0)) budget = (budget + core.skips(code[ip + 2])) | 0;
            ip = (ip + (z === 0 || (n ^ v) < 0 ? 4 : code[ip + 1])) | 0;
            continue;
          case Op.MovI:
            x[(w >>> 8) & 31] = code[ip + 1];
            ip += 4;
            continue;
          case Op.MovR:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.MvnR:
            x[(w >>> 8) & 31] = ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.MovIS:
            n = z = x[(w >>> 8) & 31] = code[ip + 1];
            ip += 4;
            continue;
          case Op.MovRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.MvnRS:
            n = z = x[(w >>> 8) & 31] = ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.Movt:
            x[(w >>> 8) & 31] = (x[(w >>> 8) & 31] & 0xffff) | code[ip + 1];
            ip += 4;
            continue;
          case Op.AddI:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            ip += 4;
            continue;
          case Op.AddR:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] + x[(w >>> 18) & 31]) | 0;
            ip += 4;
            continue;
          case Op.SubR:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] - x[(w >>> 18) & 31]) | 0;
            ip += 4;
            continue;
          case Op.RsbI:
            x[(w >>> 8) & 31] = (code[ip + 1] - x[(w >>> 13) & 31]) | 0;
            ip += 4;
            continue;
          case Op.RsbR:
            x[(w >>> 8) & 31] = (x[(w >>> 18) & 31] - x[(w >>> 13) & 31]) | 0;
            ip += 4;
            continue;
          case Op.AdcI:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] + code[ip + 1] + c) | 0;
            ip += 4;
            continue;
          case Op.SbcI:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] - code[ip + 1] + c - 1) | 0;
            ip += 4;
            continue;
          case Op.AdcR:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] + x[(w >>> 18) & 31] + c) | 0;
            ip += 4;
            continue;
          case Op.SbcR:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] - x[(w >>> 18) & 31] + c - 1) | 0;
            ip += 4;
            continue;
          case Op.AddIS: {
            const a = x[(w >>> 13) & 31];
            const b = code[ip + 1];
            n = z = x[(w >>> 8) & 31] = (a + b) | 0;
            c = n >>> 0 < a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.SubIS: {
            const a = x[(w >>> 13) & 31];
            const b = code[ip + 1];
            n = z = x[(w >>> 8) & 31] = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.RsbIS: {
            const a = code[ip + 1];
            const b = x[(w >>> 13) & 31];
            n = z = x[(w >>> 8) & 31] = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.AdcIS: {
            const a = x[(w >>> 13) & 31];
            const b = code[ip + 1];
            n = z = x[(w >>> 8) & 31] = (a + b + c) | 0;
            c = c === 0 ? (n >>> 0 < a >>> 0 ? 1 : 0) : n >>> 0 <= a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.SbcIS: {
            const a = x[(w >>> 13) & 31];
            const b = ~code[ip + 1];
            n = z = x[(w >>> 8) & 31] = (a + b + c) | 0;
            c = c === 0 ? (n >>> 0 < a >>> 0 ? 1 : 0) : n >>> 0 <= a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.AddRS: {
            const a = x[(w >>> 13) & 31];
            const b = x[(w >>> 18) & 31];
            n = z = x[(w >>> 8) & 31] = (a + b) | 0;
            c = n >>> 0 < a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.SubRS: {
            const a = x[(w >>> 13) & 31];
            const b = x[(w >>> 18) & 31];
            n = z = x[(w >>> 8) & 31] = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.RsbRS: {
            const a = x[(w >>> 18) & 31];
            const b = x[(w >>> 13) & 31];
            n = z = x[(w >>> 8) & 31] = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.AdcRS: {
            const a = x[(w >>> 13) & 31];
            const b = x[(w >>> 18) & 31];
            n = z = x[(w >>> 8) & 31] = (a + b + c) | 0;
            c = c === 0 ? (n >>> 0 < a >>> 0 ? 1 : 0) : n >>> 0 <= a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.SbcRS: {
            const a = x[(w >>> 13) & 31];
            const b = ~x[(w >>> 18) & 31];
            n = z = x[(w >>> 8) & 31] = (a + b + c) | 0;
            c = c === 0 ? (n >>> 0 < a >>> 0 ? 1 : 0) : n >>> 0 <= a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.AndI:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & code[ip + 1];
            ip += 4;
            continue;
          case Op.AndIS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & code[ip + 1];
            ip += 4;
            continue;
          case Op.AndR:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.AndRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.OrrI:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | code[ip + 1];
            ip += 4;
            continue;
          case Op.OrrIS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | code[ip + 1];
            ip += 4;
            continue;
          case Op.OrrR:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.OrrRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.EorI:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] ^ code[ip + 1];
            ip += 4;
            continue;
          case Op.EorIS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] ^ code[ip + 1];
            ip += 4;
            continue;
          case Op.EorR:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] ^ x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.EorRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] ^ x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.BicR:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.BicRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] & ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.OrnR:
            x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.OrnRS:
            n = z = x[(w >>> 8) & 31] = x[(w >>> 13) & 31] | ~x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.CmpI: {
            const a = x[(w >>> 13) & 31];
            const b = code[ip + 1];
            n = z = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.CmnI: {
            const a = x[(w >>> 13) & 31];
            const b = code[ip + 1];
            n = z = (a + b) | 0;
            c = n >>> 0 < a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.TstI:
            n = z = x[(w >>> 13) & 31] & code[ip + 1];
            ip += 4;
            continue;
          case Op.TeqI:
            n = z = x[(w >>> 13) & 31] ^ code[ip + 1];
            ip += 4;
            continue;
          case Op.CmpR: {
            const a = x[(w >>> 13) & 31];
            const b = x[(w >>> 18) & 31];
            n = z = (a - b) | 0;
            c = a >>> 0 >= b >>> 0 ? 1 : 0;
            v = (a ^ b) & (a ^ n);
            ip += 4;
            continue;
          }
          case Op.CmnR: {
            const a = x[(w >>> 13) & 31];
            const b = x[(w >>> 18) & 31];
            n = z = (a + b) | 0;
            c = n >>> 0 < a >>> 0 ? 1 : 0;
            v = (a ^ n) & (b ^ n);
            ip += 4;
            continue;
          }
          case Op.TstR:
            n = z = x[(w >>> 13) & 31] & x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.TeqR:
            n = z = x[(w >>> 13) & 31] ^ x[(w >>> 18) & 31];
            ip += 4;
            continue;
          case Op.SetC:
            c = code[ip + 1];
            ip += 4;
            continue;
          case Op.LslI:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31] << code[ip + 1];
            ip += 4;
            continue;
          case Op.LsrI:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31] >>> code[ip + 1];
            ip += 4;
            continue;
          case Op.AsrI:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31] >> code[ip + 1];
            ip += 4;
            continue;
          case Op.RorI: {
            const a = x[(w >>> 18) & 31];
            x[(w >>> 8) & 31] = (a >>> code[ip + 1]) | (a << -code[ip + 1]);
            ip += 4;
            continue;
          }
          case Op.Rrx:
            x[(w >>> 8) & 31] = (c << 31) | (x[(w >>> 18) & 31] >>> 1);
            ip += 4;
            continue;
          case Op.LslIC: {
            const a = x[(w >>> 18) & 31];
            c = (a >>> -code[ip + 1]) & 1;
            x[(w >>> 8) & 31] = a << code[ip + 1];
            ip += 4;
            continue;
          }
          case Op.LsrIC: {
            const a = x[(w >>> 18) & 31];
            c = (a >>> (code[ip + 1] - 1)) & 1;
            x[(w >>> 8) & 31] = a >>> code[ip + 1];
            ip += 4;
            continue;
          }
          case Op.AsrIC: {
            const a = x[(w >>> 18) & 31];
            c = (a >> (code[ip + 1] - 1)) & 1;
            x[(w >>> 8) & 31] = a >> code[ip + 1];
            ip += 4;
            continue;
          }
          case Op.RorIC: {
            const a = x[(w >>> 18) & 31];
            c = (a >>> (code[ip + 1] - 1)) & 1;
            x[(w >>> 8) & 31] = (a >>> code[ip + 1]) | (a << -code[ip + 1]);
            ip += 4;
            continue;
          }
          case Op.RrxC: {
            const a = x[(w >>> 18) & 31];
            x[(w >>> 8) & 31] = (c << 31) | (a >>> 1);
            c = a & 1;
            ip += 4;
            continue;
          }
          case Op.LslR: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            x[(w >>> 8) & 31] = s < 32 ? a << s : 0;
            ip += 4;
            continue;
          }
          case Op.LsrR: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            x[(w >>> 8) & 31] = s < 32 ? a >>> s : 0;
            ip += 4;
            continue;
          }
          case Op.AsrR: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            x[(w >>> 8) & 31] = a >> (s < 32 ? s : 31);
            ip += 4;
            continue;
          }
          case Op.RorR: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            x[(w >>> 8) & 31] = (a >>> s) | (a << -s);
            ip += 4;
            continue;
          }
          case Op.LslRC: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            if (s !== 0) c = s <= 32 ? (a >>> -s) & 1 : 0;
            x[(w >>> 8) & 31] = s < 32 ? a << s : 0;
            ip += 4;
            continue;
          }
          case Op.LsrRC: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            if (s !== 0) c = s <= 32 ? (a >>> (s - 1)) & 1 : 0;
            x[(w >>> 8) & 31] = s < 32 ? a >>> s : 0;
            ip += 4;
            continue;
          }
          case Op.AsrRC: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            if (s !== 0) c = (a >> (s < 32 ? s - 1 : 31)) & 1;
            x[(w >>> 8) & 31] = a >> (s < 32 ? s : 31);
            ip += 4;
            continue;
          }
          case Op.RorRC: {
            const a = x[(w >>> 13) & 31];
            const s = x[(w >>> 18) & 31] & 0xff;
            if (s !== 0) c = (a >>> (s - 1)) & 1;
            x[(w >>> 8) & 31] = (a >>> s) | (a << -s);
            ip += 4;
            continue;
          }
          case Op.Nz:
            n = z = x[(w >>> 8) & 31];
            ip += 4;
            continue;
          case Op.Sxtb:
            x[(w >>> 8) & 31] = (x[(w >>> 18) & 31] << 24) >> 24;
            ip += 4;
            continue;
          case Op.Sxth:
            x[(w >>> 8) & 31] = (x[(w >>> 18) & 31] << 16) >> 16;
            ip += 4;
            continue;
          case Op.Uxtb:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31] & 0xff;
            ip += 4;
            continue;
          case Op.Uxth:
            x[(w >>> 8) & 31] = x[(w >>> 18) & 31] & 0xffff;
            ip += 4;
            continue;
          case Op.Ubfx:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] << code[ip + 1]) >>> (code[ip + 1] >>> 8);
            ip += 4;
            continue;
          case Op.Sbfx:
            x[(w >>> 8) & 31] = (x[(w >>> 13) & 31] << code[ip + 1]) >> (code[ip + 1] >>> 8);
            ip += 4;
            continue;
          case Op.Bfi:
            x[(w >>> 8) & 31] =
              (x[(w >>> 8) & 31] & ~code[ip + 1]) | ((x[(w >>> 13) & 31] << code[ip + 2]) & code[ip + 1]);
            ip += 4;
            continue;
          case Op.Clz:
            x[(w >>> 8) & 31] = Math.clz32(x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Rbit:
            x[(w >>> 8) & 31] = rbit(x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Rev:
            x[(w >>> 8) & 31] = rev(x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Rev16:
            x[(w >>> 8) & 31] = rev16(x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Revsh:
            x[(w >>> 8) & 31] = revsh(x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Mul:
            x[(w >>> 8) & 31] = Math.imul(x[(w >>> 13) & 31], x[(w >>> 18) & 31]);
            ip += 4;
            continue;
          case Op.Mla:
            x[(w >>> 8) & 31] = (x[code[ip + 1]] + Math.imul(x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            ip += 4;
            continue;
          case Op.Mls:
            x[(w >>> 8) & 31] = (x[code[ip + 1]] - Math.imul(x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            ip += 4;
            continue;
          case Op.Sdiv:
            if (TIMED) budget = (budget + core.saved('sdiv', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            if (x[(w >>> 18) & 31] !== 0) {
              x[(w >>> 8) & 31] = sdiv(x[(w >>> 13) & 31], x[(w >>> 18) & 31]);
              ip += 4;
              continue;
            }
            break other;
          case Op.Udiv:
            if (TIMED) budget = (budget + core.saved('udiv', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            if (x[(w >>> 18) & 31] !== 0) {
              x[(w >>> 8) & 31] = udiv(x[(w >>> 13) & 31], x[(w >>> 18) & 31]);
              ip += 4;
              continue;
            }
            break other;
          case Op.Umull:
            if (TIMED) budget = (budget + core.saved('umull', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            longMultiply(x, w, code[ip + 1]);
            ip += 4;
            continue;
          case Op.Smull:
            if (TIMED) budget = (budget + core.saved('smull', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            longMultiply(x, w, code[ip + 1]);
            ip += 4;
            continue;
          case Op.Umlal:
            if (TIMED) budget = (budget + core.saved('umlal', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            longMultiply(x, w, code[ip + 1]);
            ip += 4;
            continue;
          case Op.Smlal:
            if (TIMED) budget = (budget + core.saved('smlal', x[(w >>> 13) & 31], x[(w >>> 18) & 31])) | 0;
            longMultiply(x, w, code[ip + 1]);
            ip += 4;
            continue;
          case Op.LdrI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 3)) {
              x[(w >>> 8) & 31] = words[((address + page) | 0) >> 2];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrbI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = loads[address >>> 12];
            if (page !== 0) {
              x[(w >>> 8) & 31] = bytes[(address + page - 1) | 0];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrhI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 1)) {
              x[(w >>> 8) & 31] = halfwords[((address + page) | 0) >> 1];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrsbI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = loads[address >>> 12];
            if (page !== 0) {
              x[(w >>> 8) & 31] = signedBytes[(address + page - 1) | 0];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrshI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 1)) {
              x[(w >>> 8) & 31] = signedHalfwords[((address + page) | 0) >> 1];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = stores[address >>> 12];
            const host = (address + page) | 0;
            if ((page & 1) > (address & 3) && attributes[host >>> 6] === Attribute.Touched) {
              words[host >> 2] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrbI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = stores[address >>> 12];
            const host = (address + page - 1) | 0;
            if (page !== 0 && attributes[host >>> 6] === Attribute.Touched) {
              bytes[host] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrhI: {
            address = (x[(w >>> 13) & 31] + code[ip + 1]) | 0;
            const page = stores[address >>> 12];
            const host = (address + page) | 0;
            if ((page & 1) > (address & 1) && attributes[host >>> 6] === Attribute.Touched) {
              halfwords[host >> 1] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 3)) {
              x[(w >>> 8) & 31] = words[((address + page) | 0) >> 2];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrbR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = loads[address >>> 12];
            if (page !== 0) {
              x[(w >>> 8) & 31] = bytes[(address + page - 1) | 0];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrhR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 1)) {
              x[(w >>> 8) & 31] = halfwords[((address + page) | 0) >> 1];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrsbR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = loads[address >>> 12];
            if (page !== 0) {
              x[(w >>> 8) & 31] = signedBytes[(address + page - 1) | 0];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.LdrshR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = loads[address >>> 12];
            if ((page & 1) > (address & 1)) {
              x[(w >>> 8) & 31] = signedHalfwords[((address + page) | 0) >> 1];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = stores[address >>> 12];
            const host = (address + page) | 0;
            if ((page & 1) > (address & 3) && attributes[host >>> 6] === Attribute.Touched) {
              words[host >> 2] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrbR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = stores[address >>> 12];
            const host = (address + page - 1) | 0;
            if (page !== 0 && attributes[host >>> 6] === Attribute.Touched) {
              bytes[host] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.StrhR: {
            address = (x[(w >>> 13) & 31] + (x[(w >>> 18) & 31] << code[ip + 1])) | 0;
            const page = stores[address >>> 12];
            const host = (address + page) | 0;
            if ((page & 1) > (address & 1) && attributes[host >>> 6] === Attribute.Touched) {
              halfwords[host >> 1] = x[(w >>> 8) & 31];
              ip += 4;
              continue;
            }
            break other;
          }
          case Op.Ldm:
            if (direct.loadMultiple(w, code[ip + 1])) {
              ip += 4;
              continue;
            }
            break other;
          case Op.Stm:
            if (direct.storeMultiple(w, code[ip + 1])) {
              ip += 4;
              continue;
            }
            break other;
          case Op.TableTarget:
            x[(w >>> 8) & 31] = (code[ip + 1] + (x[(w >>> 18) & 31] << 1)) | 0;
            ip += 4;
            continue;
          case Op.AlignSp:
            x[13] &= -4;
            ip += 4;
            continue;
          case Op.Continue:
            if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
            from = ip;
            ip = code[ip + 2];
            continue blocks;
          default:
            break other;
        }
        // A conditional branch that is taken.
        budget = (budget + (w >>> 24)) | 0;
        if (TIMED) count = (count + ordinals[ip >> 2]) | 0;
        from = ip;
        ip = code[ip + 2];
        continue blocks;
      }
      // Everything that the cases above did not finish.
      state.n = n;
      state.z = z;
      state.c = c;
      state.v = v;
      leave = core.outside(cache, ip, address, (budget + (w >>> 24)) | 0);
      if (leave !== Leave.Stay) {
        if (TIMED) core.account(cache, ip, startedBefore + count);
        return leave;
      }
      ({ n, z, c, v } = state);
      ip += 4;
    }
  }
}
