/** What timing models are told of a Thumb instruction. */
import { populationCount } from '../arithmetic.ts';
import type { TimedInstruction } from '../timing/model.ts';
import { Operation } from './instructions/operation.ts';
import type { Operands, Row } from './instructions/row.ts';

const PC = 15;

export function timedInstruction(): TimedInstruction {
  return {
    address: 0,
    length: 2,
    timing: 'undefined',
    reads: 0,
    stores: 0,
    writes: 0,
    target: 0,
    transfers: 0,
    conditional: false,
  };
}

/**
 * Fills in the description of an instruction. `reads` has the registers of an address only: nothing else is ever late.
 * @param row its row of the encoding table; undefined when it cannot be executed or fetched.
 */
export function describe(
  into: TimedInstruction,
  row: Row | undefined,
  operands: Operands,
  place: { address: number; length: number; conditional: boolean },
): TimedInstruction {
  into.address = place.address;
  into.length = place.length;
  into.conditional = place.conditional;
  into.timing = row?.timing ?? 'undefined';
  into.reads = 0;
  into.stores = 0;
  into.writes = 0;
  into.target = 0;
  into.transfers = 0;
  if (row === undefined) return into;
  const { timing, syntax, operation } = row;
  const { rd, rn, rm, ra, imm } = operands;
  if (operation === Operation.Isb) into.timing = 'isb';
  if (timing.startsWith('load') || timing.startsWith('store')) {
    const indexed = syntax.includes('rm') || syntax.includes('scaled');
    into.reads = (rn === PC ? 0 : 1 << rn) | (indexed ? 1 << rm : 0);
  }
  switch (timing) {
    case 'load-multiple':
      into.writes = imm & 0xffff;
      into.transfers = populationCount(imm & 0xffff);
      break;
    case 'store-multiple':
      into.stores = imm & 0xffff;
      into.transfers = populationCount(imm & 0xffff);
      break;
    case 'load':
    case 'load-exclusive':
      into.writes = 1 << rd;
      break;
    case 'load-double':
      into.writes = (1 << rd) | (1 << ra);
      break;
    case 'store':
    case 'store-register':
    case 'store-exclusive':
      into.stores = 1 << rd;
      break;
    case 'store-double':
      into.stores = (1 << rd) | (1 << ra);
      break;
    default:
      if (/ rd\b/.test(syntax)) into.writes = 1 << rd;
  }
  return into;
}
