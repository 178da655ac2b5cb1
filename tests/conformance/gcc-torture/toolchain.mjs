// What the execution tests need besides this repository, all of it from Debian: GCC's sources, a cross compiler
// with picolibc, and QEMU.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE_FOLDER = '/usr/src/gcc-12';
const TESTS = 'gcc/testsuite/gcc.c-torture/execute';
const CACHE = fileURLToPath(new URL('../../../.cache/gcc-torture/', import.meta.url));

export const COMPILER = 'riscv64-unknown-elf-gcc';
export const QEMU = 'qemu-system-riscv32';
export const IMAGE_CACHE = join(CACHE, 'images');

const MACHINE = ['-misa-spec=2.2', '-march=rv32imac', '-mabi=ilp32'];

/** Flags of every program: RV32IMAC, everything in RAM of the board `virt`, exit by semihosting. */
export const FLAGS = [
  ...[...MACHINE, '-w', '-std=gnu17', '--specs=picolibc.specs', '--oslib=semihost', '--crt0=hosted', '-s'],
  '-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=4M',
  '-Wl,--defsym=__ram=0x80400000,--defsym=__ram_size=4M',
];
export const LIBRARIES = ['-lm'];

/** 16 MiB: flash and RAM of the programs, and room for the device tree. */
export const RAM_BYTES = 16 << 20;
export const QEMU_BOARD = [
  ...['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none', '-m', '16M'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'none'],
  ...['-semihosting-config', 'enable=on,target=native'],
];

function runs(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @returns {string | undefined} the file that the compiler would use, if it has one. */
function compilerFile(name, flags = []) {
  const path = execFileSync(COMPILER, [...flags, `-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return isAbsolute(path) ? path : undefined;
}

/** @returns {string | undefined} the archive of GCC's sources. */
function sourceArchive() {
  if (!existsSync(SOURCE_FOLDER)) return undefined;
  const name = readdirSync(SOURCE_FOLDER).find((file) => /^gcc-12.*\.tar\.xz$/.test(file));
  return name && join(SOURCE_FOLDER, name);
}

/** @returns {string[]} the Debian packages that are missing. */
export function missingPackages() {
  const compiler = runs(COMPILER);
  const needed = {
    'gcc-12-source': sourceArchive() !== undefined,
    'xz-utils': runs('xz'),
    'gcc-riscv64-unknown-elf': compiler,
    'picolibc-riscv64-unknown-elf': compiler && compilerFile('picolibc.specs') !== undefined,
    'qemu-system-misc': runs(QEMU),
  };
  return Object.keys(needed).filter((name) => !needed[name]);
}

/** @returns {string} the folder of the tests, unpacked on first use. */
export function unpackTests() {
  const archive = sourceArchive();
  const folder = join(CACHE, basename(archive, '.tar.xz'));
  if (!existsSync(folder)) {
    const unpacking = `${folder}.${process.pid}`;
    mkdirSync(unpacking, { recursive: true });
    const [top] = basename(archive).split('-dfsg');
    const member = `${top}/${TESTS}`;
    const levels = `--strip-components=${member.split('/').length}`;
    execFileSync('tar', ['-xf', archive, '-C', unpacking, levels, member], { stdio: 'inherit' });
    if (existsSync(folder)) rmSync(unpacking, { recursive: true });
    else renameSync(unpacking, folder);
  }
  return folder;
}

/** @returns {string} all that decides about an image besides its flags and the names of its sources. */
export function toolchainIdentity() {
  const identity = (path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`;
  const version = execFileSync(COMPILER, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  const specs = compilerFile('picolibc.specs');
  return [version, identity(specs), identity(sourceArchive())].join('\n');
}

/** @returns {string} QEMU's version. */
export function qemuVersion() {
  return execFileSync(QEMU, ['--version'], { encoding: 'utf8' }).split('\n')[0];
}
