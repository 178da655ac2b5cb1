// Runs the images on QEMU and compares console output and end with the expect blocks of their sources.
//
//   node check-qemu.mjs [NAME...]            all images, or those whose names contain one of NAME
//   node check-qemu.mjs --count [NAME...]    count instructions instead; `make count` builds what that needs
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programs, runOnQemu, statedMillions } from './programs.mjs';

const firmware = dirname(fileURLToPath(import.meta.url));

async function check(program) {
  const actual = await runOnQemu(program);
  const good = actual.end === program.end && actual.output === program.output;
  console.log(`${program.name}: ${good ? 'as expected' : 'FAILED'}`);
  if (!good)
    console.log(
      `--- expected, end ${program.end}\n${program.output}--- got, end ${actual.end}\n${actual.output}---`,
    );
  return good;
}

// The images for this print their count of instructions at the end; see `make count`. The sources state it in
// millions with one decimal.
async function count(program) {
  const image = join(firmware, 'build/count/images', program.name);
  const { end, output } = await runOnQemu({ ...program, image }, ['-icount', 'shift=0']);
  const last = output.trimEnd().split('\n').pop();
  const stated = statedMillions(program);
  const good = end === program.end && Math.abs(Number.parseInt(last, 10) / 1e6 - stated) < 0.051;
  console.log(
    `${program.name}: ${last}${good ? '' : `, FAILED: end ${end}, the source states ${stated} million`}`,
  );
  return good;
}

const task = process.argv.includes('--count') ? count : check;
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const named = programs().filter(
  ({ name }) => names.length === 0 || names.some((part) => name.includes(part)),
);
const chosen = named.filter(({ notOnQemu }) => notOnQemu === undefined);
for (const { name, notOnQemu } of named) if (notOnQemu) console.log(`${name}: not on QEMU: ${notOnQemu}`);
let failed = 0;
for (const program of chosen) if (!(await task(program))) failed++;
console.log(`${chosen.length - failed} passed, ${failed} failed`);
if (failed) process.exitCode = 1;
