/** Instruction cases of RISC-V: the rows of riscv/*.rows.ts, as suite.ts executes them. */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, rows } from '../../src/cpu/riscv/instructions/table.ts';
import { BluesimTarget } from './bluesim-target.ts';
import { A_GROUPS } from './riscv/a.rows.ts';
import { B_GROUPS } from './riscv/b.rows.ts';
import { C_GROUPS } from './riscv/c.rows.ts';
import { I_GROUPS } from './riscv/i.rows.ts';
import { REGISTERS, RISCV } from './riscv/isa.ts';
import { M_GROUPS } from './riscv/m.rows.ts';
import { PMP_GROUPS } from './riscv/pmp.rows.ts';
import { PRIVILEGED_GROUPS } from './riscv/privileged.rows.ts';
import { QEMU, RiscvQemuTarget } from './riscv/qemu-target.ts';
import { type Group, RAM_BYTES } from './riscv/row.ts';
import { ZICSR_GROUPS } from './riscv/zicsr.rows.ts';
import { describeRows } from './suite.ts';

const GROUPS: readonly Group[] = [
  ...I_GROUPS,
  ...M_GROUPS,
  ...A_GROUPS,
  ...C_GROUPS,
  ...ZICSR_GROUPS,
  ...PRIVILEGED_GROUPS,
  ...PMP_GROUPS,
  ...B_GROUPS,
];
describe('rows', () => {
  test('every instruction of the table has some', () => {
    const decoder = new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));
    const counts = new Map<string, number>(rows().map(({ mnemonic }) => [mnemonic, 0]));
    for (const { code } of GROUPS.flatMap(({ rows }) => rows)) {
      for (const mnemonic of new Set(code.map((word) => decoder.find(word)?.mnemonic))) {
        if (mnemonic !== undefined) counts.set(mnemonic, counts.get(mnemonic)! + 1);
      }
    }
    expect([...counts].filter(([, count]) => count < 3)).toEqual([]);
  });
});

describeRows({
  isa: RISCV,
  groups: GROUPS,
  atLeast: 10_000,
  section: /(Priv|Unpriv) (table )?\d/,
  qemu: QEMU,
  bluesimTarget: (extensions, way) =>
    new BluesimTarget({ board: 'virt', ramBytes: RAM_BYTES, extensions, semihosting: false }, REGISTERS, way),
  qemuTarget: (extensions) => new RiscvQemuTarget(extensions.length > 0),
});
