// What the execution tests need besides this repository, all of it from Debian: GCC's sources, a cross compiler
// with picolibc, and QEMU.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE_FOLDER = '/usr/src/gcc-12';
const TESTS = 'gcc/testsuite/gcc.c-torture/execute';
const CACHE = fileURLToPath(new URL('../../../.cache/gcc-torture/', import.meta.url));

export const IMAGE_CACHE = join(CACHE, 'images');

const picolibc = (flash, ram) => [
  ...['-w', '-std=gnu17', '--specs=picolibc.specs', '--oslib=semihost', '--crt0=hosted', '-s'],
  `-Wl,--defsym=__flash=${flash},--defsym=__flash_size=4M`,
  `-Wl,--defsym=__ram=${ram},--defsym=__ram_size=4M`,
];
const QEMU_HOST = [
  ...['-display', 'none', '-monitor', 'none', '-serial', 'none'],
  ...['-semihosting-config', 'enable=on,target=native'],
];

/**
 * What differs between instruction sets. `target` is how GCC's tests name it, `flags` are those of every program
 * (everything in RAM, exit by semihosting), `machine` the options of bluesim's machine, `packages` Debian's.
 */
export const ISAS = {
  riscv32: {
    isa: 'riscv32',
    title: 'RV32IMAC',
    target: 'riscv32-unknown-elf',
    compiler: 'riscv64-unknown-elf-gcc',
    flags: [...['-misa-spec=2.2', '-march=rv32imac', '-mabi=ilp32'], ...picolibc('0x80000000', '0x80400000')],
    qemu: 'qemu-system-riscv32',
    qemuBoard: [
      ...['-M', 'virt', '-cpu', 'rv32,h=false,s=false,f=false,d=false,mmu=false', '-bios', 'none'],
      // Flash and RAM of the programs, and room for the device tree.
      ...['-m', '16M', ...QEMU_HOST],
    ],
    machine: { board: 'virt', ramBytes: 16 << 20 },
    packages: {
      compiler: 'gcc-riscv64-unknown-elf',
      library: 'picolibc-riscv64-unknown-elf',
      qemu: 'qemu-system-misc',
    },
  },
  armv7m: {
    isa: 'armv7m',
    title: 'ARMv7-M',
    target: 'arm-none-eabi',
    compiler: 'arm-none-eabi-gcc',
    flags: ['-mcpu=cortex-m3', '-mthumb', ...picolibc('0', '0x20000000')],
    qemu: 'qemu-system-arm',
    qemuBoard: ['-M', 'mps2-an385', ...QEMU_HOST],
    machine: { board: 'mps2-an385' },
    packages: {
      compiler: 'gcc-arm-none-eabi',
      library: 'picolibc-arm-none-eabi',
      qemu: 'qemu-system-arm',
    },
  },
};
export const LIBRARIES = ['-lm'];

function runs(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @returns {string | undefined} the specs that the compiler would use, if it has them. */
function picolibcSpecs({ compiler }) {
  const path = execFileSync(compiler, ['-print-file-name=picolibc.specs'], { encoding: 'utf8' }).trim();
  return isAbsolute(path) ? path : undefined;
}

/** @returns {string | undefined} the archive of GCC's sources. */
function sourceArchive() {
  if (!existsSync(SOURCE_FOLDER)) return undefined;
  const name = readdirSync(SOURCE_FOLDER).find((file) => /^gcc-12.*\.tar\.xz$/.test(file));
  return name && join(SOURCE_FOLDER, name);
}

/** @param {keyof typeof ISAS} isa. @returns {string[]} the Debian packages that are missing. */
export function missingPackages(isa) {
  const { compiler, qemu, packages } = ISAS[isa];
  const compiles = runs(compiler);
  const needed = {
    'gcc-12-source': sourceArchive() !== undefined,
    'xz-utils': runs('xz'),
    [packages.compiler]: compiles,
    [packages.library]: compiles && picolibcSpecs(ISAS[isa]) !== undefined,
    [packages.qemu]: runs(qemu),
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

const firstLine = (program) => execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0];

/** @returns {string} all that decides about an image besides its flags and the names of its sources. */
export function toolchainIdentity(toolchain) {
  const identity = (path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`;
  return [firstLine(toolchain.compiler), identity(picolibcSpecs(toolchain)), identity(sourceArchive())].join(
    '\n',
  );
}

/** @returns {string} QEMU's version. */
export const qemuVersion = ({ qemu }) => firstLine(qemu);
