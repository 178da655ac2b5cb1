// Keeps images/ and images/manifest.json: which tools built which images, and what these hash to.
//
//   node images.mjs install   take over what `make build` built; the Makefile gives the compiler flags as FLAGS_ISA
//   node images.mjs verify    rebuild and compare with images/; exit code 1 if an image differs although
//                             the tools are the manifest's, or if one is missing or not listed
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
const committed = join(firmware, 'images');
const built = join(firmware, 'build/images');
const manifestFile = join(committed, 'manifest.json');

// The tools that decide about an image's bytes, by instruction set.
const TOOLS = {
  riscv32: { compiler: 'riscv64-unknown-elf-gcc', linker: 'riscv64-unknown-elf-ld' },
  armv7m: { compiler: 'arm-none-eabi-gcc', linker: 'arm-none-eabi-ld' },
};

function version(tool) {
  try {
    const text = execFileSync(tool, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n')[0];
  } catch {
    return 'none';
  }
}

function versions(isa) {
  return Object.fromEntries(Object.entries(TOOLS[isa]).map(([role, tool]) => [role, version(tool)]));
}

const isaOf = (image) => Object.keys(TOOLS).find((isa) => image.endsWith(`-${isa}.elf`));

function sourceOf(image) {
  const isa = isaOf(image);
  const name = image.slice(0, -`-${isa}.elf`.length);
  const candidates = [`bare/${name}-${isa}.c`, `bare/${name}.c`, `bench/${name.replace(/^bench-/, '')}.c`];
  const source = candidates.find((path) => existsSync(join(firmware, path)));
  if (!source) throw new Error(`${image} has no source among ${candidates.join(', ')}`);
  return source;
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

function readManifest() {
  return existsSync(manifestFile)
    ? JSON.parse(readFileSync(manifestFile, 'utf8'))
    : { tools: {}, images: [] };
}

function install() {
  mkdirSync(committed, { recursive: true });
  for (const { name } of readManifest().images) rmSync(join(committed, name), { force: true });
  const names = readdirSync(built).sort();
  const images = names.map((name) => {
    copyFileSync(join(built, name), join(committed, name));
    const bytes = readFileSync(join(committed, name));
    return { name, source: sourceOf(name), size: bytes.length, sha256: digest(bytes) };
  });
  const isas = [...new Set(names.map(isaOf))].sort();
  const tools = Object.fromEntries(isas.map((isa) => [isa, versions(isa)]));
  const flags = Object.fromEntries(isas.map((isa) => [isa, process.env[`FLAGS_${isa}`] ?? '']));
  writeFileSync(manifestFile, `${JSON.stringify({ tools, flags, images }, null, 2)}\n`);
  console.log(`images/manifest.json: ${images.length} images`);
}

function compare(name, manifest) {
  const entry = manifest.images.find((image) => image.name === name);
  if (!entry || !existsSync(join(committed, name))) return 'not committed';
  if (!existsSync(join(built, name))) return 'no longer built';
  const bytes = readFileSync(join(committed, name));
  if (digest(bytes) !== entry.sha256 || bytes.length !== entry.size) return 'differs from the manifest';
  return bytes.equals(readFileSync(join(built, name))) ? 'identical' : 'differs';
}

function verifyIsa(isa, manifest) {
  const have = Object.values(versions(isa)).join(', ');
  const recorded = Object.values(manifest.tools[isa] ?? {}).join(', ') || 'none';
  if (have !== recorded) {
    console.log(`${isa}: tool versions differ: comparison skipped: have ${have}, manifest has ${recorded}`);
    return true;
  }
  rmSync(built, { recursive: true, force: true });
  execFileSync('make', ['-C', firmware, `build-${isa}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  const listed = manifest.images.map((image) => image.name).filter((name) => isaOf(name) === isa);
  const names = [...new Set([...readdirSync(built), ...listed])].sort();
  const verdicts = names.map((name) => compare(name, manifest));
  names.forEach((name, at) => {
    console.log(`${name}: ${verdicts[at]}`);
  });
  return verdicts.every((verdict) => verdict === 'identical');
}

function verify() {
  const manifest = readManifest();
  const results = Object.keys(TOOLS).map((isa) => verifyIsa(isa, manifest));
  if (results.includes(false)) process.exitCode = 1;
}

const command = { install, verify }[process.argv[2]];
if (!command) {
  console.error('usage: node images.mjs install | verify');
  process.exit(2);
}
command();
