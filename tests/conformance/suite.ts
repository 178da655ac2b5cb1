/**
 * The tests of an ISA's instruction cases: each row is executed on bluesim in every way in which its run loop can
 * go, and on QEMU through its GDB port. A row says what the manual says. Where QEMU differs the row carries the
 * reason in its `qemu` field, and a row that carries one without need fails.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { describeWith } from '../tools.ts';
import { WAYS, type Way } from './bluesim-target.ts';
import { execute, type Isa } from './driver.ts';
import type { QemuTarget } from './qemu-target.ts';
import type { Group, Row } from './row.ts';
import type { Target } from './target.ts';

export interface Suite<R extends Row, Extension extends string> {
  readonly isa: Isa<R>;
  readonly groups: readonly Group<R, Extension>[];
  /** How many rows there must be. */
  readonly atLeast: number;
  /** What a reason that excuses QEMU must contain: a section of the manual. */
  readonly section: RegExp;
  /** QEMU's program. */
  readonly qemu: string;
  bluesimTarget(extensions: readonly Extension[], way: Way): Target;
  /** Asked once for each choice of extensions. */
  qemuTarget(extensions: readonly Extension[]): QemuTarget;
}

/** What a test shows of a group that is all wrong. */
const SHOWN = 20;

export function describeRows<R extends Row, Extension extends string>(suite: Suite<R, Extension>): void {
  const { isa, groups } = suite;
  const allRows = groups.flatMap(({ rows }) => rows);
  const titles = groups.map((group) => [group.title, group.spec, group] as const);

  /** What is not as the row says; a target that fails altogether says so. */
  function outcome(target: Target, row: R, whole: boolean): Promise<string[]> {
    return execute(isa, target, row, whole).catch((error: Error) => [error.message]);
  }

  async function failures(target: Target, rows: readonly R[], whole: boolean): Promise<string[]> {
    const wrong: string[] = [];
    for (const row of rows) {
      const sentences = await outcome(target, row, whole);
      if (sentences.length > 0) wrong.push(`${row.title}: ${sentences.join('; ')}`);
      if (wrong.length === SHOWN) break;
    }
    return wrong;
  }

  describe('rows', () => {
    test('there are thousands', () => {
      expect(allRows.length).toBeGreaterThan(suite.atLeast);
    });

    test('what excuses QEMU names a section of the manual', () => {
      const reasons = new Set(allRows.flatMap(({ qemu }) => qemu ?? []));
      expect([...reasons].filter((reason) => !suite.section.test(reason))).toEqual([]);
    });
  });

  describe.each(WAYS)('bluesim, $title', (way) => {
    test.each(titles)('%s (%s)', async (_title, _spec, group) => {
      const target = suite.bluesimTarget(group.extensions, way);
      expect(await failures(target, group.rows, way.whole)).toEqual([]);
    });
  });

  describeWith([suite.qemu], 'QEMU', () => {
    const targets = new Map<string, QemuTarget>();
    const targetOf = ({ extensions }: Group<R, Extension>) => {
      const key = extensions.join();
      let target = targets.get(key);
      if (target === undefined) targets.set(key, (target = suite.qemuTarget(extensions)));
      return target;
    };
    afterAll(async () => {
      for (const target of targets.values()) await target.dispose();
    });

    test.each(titles)('%s (%s)', async (_title, _spec, group) => {
      const asReference = group.rows.filter(({ qemu }) => qemu === undefined);
      expect(await failures(targetOf(group), asReference, false)).toEqual([]);
    });

    // So that no excuse outlives its reason.
    test('differs in every row that says so', async () => {
      const needless: string[] = [];
      for (const group of groups) {
        for (const row of group.rows) {
          if (row.qemu === undefined) continue;
          const differs = (await outcome(targetOf(group), row, false)).length > 0;
          if (!differs) needless.push(`${group.title}: ${row.title}: ${row.qemu}`);
        }
      }
      expect(needless).toEqual([]);
    });
  });
}
