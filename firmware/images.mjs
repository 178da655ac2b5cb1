// Keeps images/ and its manifests: which tools built which images, and what these hash to.
//
//   node images.mjs install   take over what `make build build-kernel` built; the Makefile gives the flags as FLAGS_GROUP
//   node images.mjs verify    rebuild and compare with images/; exit code 1 if an image differs although
//                             the tools are the manifest's, or if one is missing or not listed
//
// Images are named NAME-GROUP.elf. What one group's images are built with is recorded once.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const firmware = dirname(fileURLToPath(import.meta.url));

// Programs without a kernel, by instruction set, and those on the kernel, by board: the tools that decide about an
// image's bytes, where a program's source may be, and which programs are committed.
const rust = { compiler: process.env.RUSTC ?? 'rustc', cargo: process.env.CARGO ?? 'cargo' };
const riscv = { compiler: 'riscv64-unknown-elf-gcc', linker: 'riscv64-unknown-elf-ld' };
const arm = { compiler: 'arm-none-eabi-gcc', linker: 'arm-none-eabi-ld' };
const onKernel = ({ compiler, linker }) => ({ ...rust, 'C compiler': compiler, linker });
const SETS = [
  {
    committed: join(firmware, 'images'),
    built: join(firmware, 'build/images'),
    target: 'build',
    groups: { riscv32: riscv, armv7m: arm },
    sources: (name, isa) => [
      `bare/${name}-${isa}.c`,
      `bare/${name}.c`,
      `bench/${name.replace(/^bench-/, '')}.c`,
    ],
    isCommitted: () => true,
  },
  {
    committed: join(firmware, 'images/kernel'),
    built: join(firmware, 'build/kernel'),
    target: 'build-kernel',
    groups: { virt: onKernel(riscv), 'mps2-an385': onKernel(arm), lm3s6965evb: onKernel(arm) },
    sources: (name) => [
      `apps/src/bin/${name}.rs`,
      `c/src/bin/${name.replace(/^c-/, '')}.rs`,
      `thread-metric/src/bin/${name.replace(/^thread-metric-/, '')}.rs`,
    ],
    // Those that only check the kernel are built where they are run.
    isCommitted: (name) => !name.startsWith('test_') && !name.startsWith('heap-test-'),
  },
];

function version(tool) {
  try {
    const text = execFileSync(tool, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n')[0];
  } catch {
    return 'none';
  }
}

const versions = (tools) =>
  Object.fromEntries(Object.entries(tools).map(([role, tool]) => [role, version(tool)]));

const groupOf = (set, image) => Object.keys(set.groups).find((group) => image.endsWith(`-${group}.elf`));

function sourceOf(set, image) {
  const group = groupOf(set, image);
  const candidates = set.sources(image.slice(0, -`-${group}.elf`.length), group);
  const source = candidates.find((path) => existsSync(join(firmware, path)));
  if (!source) throw new Error(`${image} has no source among ${candidates.join(', ')}`);
  return source;
}

const imagesIn = (set, folder) =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.elf') && set.isCommitted(name))
    : [];

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

const manifestFile = (set) => join(set.committed, 'manifest.json');

function readManifest(set) {
  const file = manifestFile(set);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { tools: {}, images: [] };
}

function install(set) {
  mkdirSync(set.committed, { recursive: true });
  for (const { name } of readManifest(set).images) rmSync(join(set.committed, name), { force: true });
  const images = imagesIn(set, set.built).map((name) => {
    copyFileSync(join(set.built, name), join(set.committed, name));
    const bytes = readFileSync(join(set.committed, name));
    return { name, source: sourceOf(set, name), size: bytes.length, sha256: digest(bytes) };
  });
  const entries = Object.entries(set.groups).sort();
  const tools = Object.fromEntries(entries.map(([group, tools]) => [group, versions(tools)]));
  const flags = Object.fromEntries(entries.map(([group]) => [group, process.env[`FLAGS_${group}`] ?? '']));
  writeFileSync(manifestFile(set), `${JSON.stringify({ tools, flags, images }, null, 2)}\n`);
  console.log(`${manifestFile(set).slice(firmware.length + 1)}: ${images.length} images`);
}

function compare(set, name, manifest) {
  const entry = manifest.images.find((image) => image.name === name);
  const committed = join(set.committed, name);
  if (!entry || !existsSync(committed)) return 'not committed';
  const built = join(set.built, name);
  if (!existsSync(built)) return 'no longer built';
  const bytes = readFileSync(committed);
  if (digest(bytes) !== entry.sha256 || bytes.length !== entry.size) return 'differs from the manifest';
  return bytes.equals(readFileSync(built)) ? 'identical' : 'differs';
}

function verifyGroup(set, group) {
  const manifest = readManifest(set);
  const have = Object.values(versions(set.groups[group])).join(', ');
  const recorded = Object.values(manifest.tools[group] ?? {}).join(', ') || 'none';
  if (have !== recorded) {
    console.log(`${group}: tool versions differ: comparison skipped: have ${have}, manifest has ${recorded}`);
    return true;
  }
  const ofGroup = (names) => names.filter((name) => groupOf(set, name) === group);
  for (const name of ofGroup(imagesIn(set, set.built))) rmSync(join(set.built, name));
  execFileSync('make', ['-C', firmware, `${set.target}-${group}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const listed = manifest.images.map((image) => image.name);
  const names = [...new Set(ofGroup([...imagesIn(set, set.built), ...listed]))].sort();
  const verdicts = names.map((name) => compare(set, name, manifest));
  names.forEach((name, at) => {
    console.log(`${name}: ${verdicts[at]}`);
  });
  return verdicts.every((verdict) => verdict === 'identical');
}

function verify(set) {
  const results = Object.keys(set.groups).map((group) => verifyGroup(set, group));
  if (results.includes(false)) process.exitCode = 1;
}

const command = { install, verify }[process.argv[2]];
if (!command) {
  console.error('usage: node images.mjs install | verify');
  process.exit(2);
}
SETS.forEach(command);
