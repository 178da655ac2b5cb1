/** Instruction cases of ARMv7-M: the rows of armv7m/*.rows.ts, as suite.ts executes them. */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/armv7m/decode.ts';
import type { Row as Encoding } from '../../src/cpu/armv7m/instructions/row.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/armv7m/instructions/table.ts';
import { ARITHMETIC_GROUPS } from './armv7m/arithmetic.rows.ts';
import { BRANCH_GROUPS } from './armv7m/branch.rows.ts';
import { DATA_PROCESSING_GROUPS } from './armv7m/data-processing.rows.ts';
import { DSP_GROUPS } from './armv7m/dsp.rows.ts';
import { ARMV7M, REGISTERS } from './armv7m/isa.ts';
import { LOAD_STORE_GROUPS } from './armv7m/load-store.rows.ts';
import { MULTIPLE_GROUPS } from './armv7m/multiple.rows.ts';
import { ArmQemuTarget, QEMU } from './armv7m/qemu-target.ts';
import type { Group } from './armv7m/row.ts';
import { SYSTEM_GROUPS } from './armv7m/system.rows.ts';
import { BluesimTarget } from './bluesim-target.ts';
import { describeRows } from './suite.ts';

const GROUPS: readonly Group[] = [
  ...DATA_PROCESSING_GROUPS,
  ...ARITHMETIC_GROUPS,
  ...LOAD_STORE_GROUPS,
  ...MULTIPLE_GROUPS,
  ...BRANCH_GROUPS,
  ...SYSTEM_GROUPS,
  ...DSP_GROUPS,
];

describe('rows', () => {
  test('every encoding of the table has some', () => {
    const decoder = new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));
    const counts = new Map<Encoding, number>(rows().map((encoding) => [encoding, 0]));
    for (const { code } of GROUPS.flatMap((group) => group.rows)) {
      for (const encoding of new Set(code.map((word) => decoder.find(word)))) {
        if (encoding !== undefined) counts.set(encoding, counts.get(encoding)! + 1);
      }
    }
    const rare = [...counts].filter(([, count]) => count < 3);
    expect(rare.map(([{ name, encoding }]) => `${name} ${encoding}`)).toEqual([]);
  });
});

describeRows({
  isa: ARMV7M,
  groups: GROUPS,
  atLeast: 20_000,
  section: /\b[ABC]\d+\.\d/,
  qemu: QEMU,
  bluesimTarget: (extensions, way) =>
    new BluesimTarget(
      {
        board: 'mps2-an385',
        cpu: extensions.includes('DSP') ? 'cortex-m4' : 'cortex-m3',
        semihosting: false,
      },
      REGISTERS,
      way,
    ),
  qemuTarget: (extensions) => new ArmQemuTarget(extensions),
});
