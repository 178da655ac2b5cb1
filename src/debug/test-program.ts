/** Small RISC-V programs for tests, written as instructions with labels: no cross compiler needed. */
import { type EncodeOperands, encode } from '../cpu/riscv/assemble.ts';
import { type Image, loadImage } from '../machine/loader/image.ts';
import { buildElf } from '../machine/loader/test-images.ts';

/** `['jal', { rd: 1 }, 'callee']` or a label of its own: `'again:'`. */
export type TestLine = string | [mnemonic: string, operands?: EncodeOperands, target?: string];

const BASE = 0x80000000;

function isShort(mnemonic: string): boolean {
  return mnemonic.startsWith('c.');
}

/**
 * @param functions in the order in which they lie in memory; each becomes a symbol with its size.
 * @returns an image at the start of RAM that begins with the first of them.
 */
export function testProgram(functions: Record<string, TestLine[]>): Image {
  const labels = new Map<string, number>();
  const symbols: { name: string; value: number; size: number }[] = [];
  let address = BASE;
  for (const [name, lines] of Object.entries(functions)) {
    labels.set(name, address);
    const start = address;
    for (const line of lines) {
      if (typeof line === 'string') labels.set(line.slice(0, -1), address);
      else address += isShort(line[0]) ? 2 : 4;
    }
    symbols.push({ name, value: start, size: address - start });
    address = (address + 3) & ~3;
    address >>>= 0;
  }
  const bytes: number[] = [];
  for (const lines of Object.values(functions)) {
    for (const line of lines) {
      if (typeof line === 'string') continue;
      const [mnemonic, operands = {}, target] = line;
      const at = BASE + bytes.length;
      const imm = target === undefined ? operands.imm : labels.get(target)! - at;
      const word = encode(mnemonic, imm === undefined ? operands : { ...operands, imm });
      bytes.push(word & 0xff, (word >>> 8) & 0xff);
      if (!isShort(mnemonic)) bytes.push((word >>> 16) & 0xff, word >>> 24);
    }
    while (bytes.length % 4 !== 0) bytes.push(0);
  }
  return loadImage(
    buildElf({ entry: BASE, segments: [{ address: BASE, bytes, flags: 7 }], symbols }),
    'test.elf',
  );
}
