/**
 * Instruction cases: the rows of riscv/*.rows.ts, executed on bluesim in every way in which its run loop can go
 * and on QEMU through its GDB port. A row says what the manual says. Where QEMU differs the row carries the
 * reason in its `qemu` field, and a row that carries one without need fails.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../src/cpu/riscv/decode.ts';
import { BASE_EXTENSIONS, OPTIONAL_EXTENSIONS, ROWS } from '../../src/cpu/riscv/instructions/table.ts';
import { describeWith } from '../tools.ts';
import { A_GROUPS } from './riscv/a.rows.ts';
import { B_GROUPS } from './riscv/b.rows.ts';
import { BluesimTarget, type BluesimTargetOptions } from './riscv/bluesim-target.ts';
import { C_GROUPS } from './riscv/c.rows.ts';
import { execute } from './riscv/driver.ts';
import { I_GROUPS } from './riscv/i.rows.ts';
import { M_GROUPS } from './riscv/m.rows.ts';
import { PMP_GROUPS } from './riscv/pmp.rows.ts';
import { PRIVILEGED_GROUPS } from './riscv/privileged.rows.ts';
import { QEMU, QemuTarget } from './riscv/qemu-target.ts';
import type { Group, Row } from './riscv/row.ts';
import type { Target } from './riscv/target.ts';
import { ZICSR_GROUPS } from './riscv/zicsr.rows.ts';

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
const ALL_ROWS = GROUPS.flatMap(({ rows }) => rows);
/** What a test shows of a group that is all wrong. */
const SHOWN = 20;

/** What is not as the row says; a target that fails altogether says so. */
function outcome(target: Target, row: Row, whole: boolean): Promise<string[]> {
  return execute(target, row, whole).catch((error: Error) => [error.message]);
}

async function failures(target: Target, rows: readonly Row[], whole: boolean): Promise<string[]> {
  const wrong: string[] = [];
  for (const row of rows) {
    const sentences = await outcome(target, row, whole);
    if (sentences.length > 0) wrong.push(`${row.title}: ${sentences.join('; ')}`);
    if (wrong.length === SHOWN) break;
  }
  return wrong;
}

describe('rows', () => {
  test('every instruction of the table has some', () => {
    const decoder = new Decoder(new Set([...BASE_EXTENSIONS, ...OPTIONAL_EXTENSIONS]));
    const counts = new Map<string, number>(ROWS.map(({ mnemonic }) => [mnemonic, 0]));
    for (const { code } of ALL_ROWS) {
      for (const mnemonic of new Set(code.map((word) => decoder.find(word)?.mnemonic))) {
        if (mnemonic !== undefined) counts.set(mnemonic, counts.get(mnemonic)! + 1);
      }
    }
    expect([...counts].filter(([, count]) => count < 3)).toEqual([]);
  });

  test('there are thousands', () => {
    expect(ALL_ROWS.length).toBeGreaterThan(10_000);
  });

  test('what excuses QEMU names a section of the manual', () => {
    const reasons = new Set(ALL_ROWS.flatMap(({ qemu }) => qemu ?? []));
    expect([...reasons].filter((reason) => !/(Priv|Unpriv) (table )?\d/.test(reason))).toEqual([]);
  });
});

const VARIANTS: [string, Omit<BluesimTargetOptions, 'extensions'>, boolean][] = [
  ['bluesim, instruction by instruction', {}, false],
  ['bluesim, block by block', {}, true],
  ['bluesim, observed', { observed: true }, false],
  ['bluesim, with a model that is asked about each instruction', { asked: true }, true],
];

const TITLES = GROUPS.map((group) => [group.title, group.spec, group] as const);

describe.each(VARIANTS)('%s', (_name, options, whole) => {
  test.each(TITLES)('%s (%s)', async (_title, _spec, group) => {
    const target = new BluesimTarget({ extensions: group.extensions, ...options });
    expect(await failures(target, group.rows, whole)).toEqual([]);
  });
});

describeWith([QEMU], 'QEMU', () => {
  const targets = { without: new QemuTarget(false), with: new QemuTarget(true) };
  const targetOf = (group: Group) => (group.extensions.length > 0 ? targets.with : targets.without);
  afterAll(async () => {
    await targets.without.dispose();
    await targets.with.dispose();
  });

  test.each(TITLES)('%s (%s)', async (_title, _spec, group) => {
    const asReference = group.rows.filter(({ qemu }) => qemu === undefined);
    expect(await failures(targetOf(group), asReference, false)).toEqual([]);
  });

  // So that no excuse outlives its reason.
  test('differs in every row that says so', async () => {
    const needless: string[] = [];
    for (const group of GROUPS) {
      for (const row of group.rows) {
        if (row.qemu === undefined) continue;
        const differs = (await outcome(targetOf(group), row, false)).length > 0;
        if (!differs) needless.push(`${group.title}: ${row.title}: ${row.qemu}`);
      }
    }
    expect(needless).toEqual([]);
  });
});
