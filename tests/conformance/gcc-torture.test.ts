/**
 * GCC's execution tests at four optimisation levels: what passes on QEMU passes on bluesim, with the same exit
 * code and output. A fixed sample of the programs; all of them with BLUESIM_TORTURE=full (docs/accuracy.md has
 * the counts). The runner is gcc-torture/main.mjs, `npm run torture`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { describeUnlessMissing } from '../tools.ts';
import { ISAS, missingPackages, type TortureIsa } from './gcc-torture/toolchain.mjs';

/** What main.mjs writes for a program at a level. */
interface Outcome {
  name: string;
  level: string;
  skip?: string;
  error?: string;
  bluesim?: number | string;
  qemu?: number | string;
  differs?: 'end' | 'output';
}

const FULL = process.env.BLUESIM_TORTURE === 'full';
const SAMPLE = 150;
const SEED = '2';
const TIME_LIMIT = FULL ? 3_600_000 : 600_000;
const LEVELS = ['O0', 'O1', 'O2', 'Os'];

const runner = fileURLToPath(new URL('./gcc-torture/main.mjs', import.meta.url));

function runPrograms(isa: TortureIsa): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-torture-'));
  const json = join(folder, 'outcomes.json');
  const sample = FULL ? [] : ['--sample', String(SAMPLE), '--seed', SEED];
  const child = spawn(process.execPath, [runner, '--isa', isa, '--json', json, ...sample], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(JSON.parse(readFileSync(json, 'utf8')));
      } catch (error) {
        reject(error);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

const title = FULL ? "all of GCC's execution tests" : `${SAMPLE} of GCC's execution tests`;
for (const isa of Object.keys(ISAS) as TortureIsa[]) {
  describeUnlessMissing(missingPackages(isa), `${title}, ${ISAS[isa].title}`, () => {
    let outcomes: Outcome[] = [];
    beforeAll(async () => {
      outcomes = await runPrograms(isa);
    }, TIME_LIMIT);

    test.each(LEVELS)('-%s', (level) => {
      const programs = outcomes.filter((outcome) => outcome.level === level);
      const passed = programs.filter(({ bluesim, qemu }) => bluesim === 0 && qemu === 0);
      expect(programs.filter(({ differs }) => differs !== undefined)).toEqual([]);
      // Some do not apply here and a few fail on QEMU, too; were it more, the test would prove nothing.
      expect(programs.length).toBeGreaterThanOrEqual(SAMPLE);
      expect(passed.length).toBeGreaterThan(0.97 * programs.length);
    });
  });
}
