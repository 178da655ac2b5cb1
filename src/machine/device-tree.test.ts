import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../tests/tools.ts';
import { type TreeNode, writeDeviceTree } from './device-tree.ts';
import { virtDeviceTree } from './virt-device-tree.ts';

/** A tree as read back: properties as hexadecimal bytes. */
interface ParsedNode {
  [name: string]: string | ParsedNode;
}

/** Reads a blob by the book, checking what the header says; for tests only. */
function parse(blob: Uint8Array): ParsedNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const word = (offset: number) => view.getUint32(offset);
  const [
    magic,
    totalSize,
    structureAt,
    stringsAt,
    reservationsAt,
    version,
    compatible,
    ,
    stringsSize,
    structureSize,
  ] = Array.from({ length: 10 }, (_, i) => word(4 * i)) as [number, ...number[]] as number[];
  expect([magic, version, compatible]).toEqual([0xd00d_feed, 17, 16]);
  expect(totalSize).toBeLessThanOrEqual(blob.length);
  expect(structureAt! % 4).toBe(0);
  expect(reservationsAt! % 8).toBe(0);
  expect(stringsAt! + stringsSize!).toBeLessThanOrEqual(totalSize!);
  const string = (offset: number) => {
    const end = blob.indexOf(0, offset);
    return new TextDecoder().decode(blob.subarray(offset, end));
  };
  const hex = (offset: number, length: number) =>
    [...blob.subarray(offset, offset + length)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  let at = structureAt!;
  const padded = (length: number) => Math.ceil(length / 4) * 4;
  const node = (): ParsedNode => {
    const result: ParsedNode = {};
    for (;;) {
      const token = word(at);
      at += 4;
      if (token === 2) return result;
      if (token === 4) continue;
      if (token === 3) {
        const length = word(at);
        result[string(stringsAt! + word(at + 4))] = hex(at + 8, length);
        at += 8 + padded(length);
      } else {
        expect(token).toBe(1);
        const name = string(at);
        at += padded(name.length + 1);
        result[name] = node();
      }
    }
  };
  expect(word(at)).toBe(1);
  at += 8;
  const root = node();
  expect(word(at)).toBe(9);
  expect(at + 4).toBe(structureAt! + structureSize!);
  return root;
}

const virt = writeDeviceTree(virtDeviceTree({ isa: 'rv32imac_zicsr_zifencei', memoryBytes: 0x800_0000 }));

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'bluesim-tree-'));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('writer', () => {
  test('every kind of value, properties before child nodes', () => {
    const tree: TreeNode = {
      child: { empty: true, deep: { name: 'x' } },
      cell: 0xffff_fffe,
      cells: [1, 2],
      text: 'abc',
      texts: ['a', 'bc'],
      bytes: Uint8Array.of(1, 2, 3),
    };
    const blob = writeDeviceTree(tree);
    expect(blob.length % 4).toBe(0);
    expect(parse(blob)).toEqual({
      cell: 'fffffffe',
      cells: '0000000100000002',
      text: '61626300',
      texts: '6100626300',
      bytes: '010203',
      child: { empty: '', deep: { name: '7800' } },
    });
  });

  test('names of properties are stored once', () => {
    const blob = writeDeviceTree({ reg: 1, a: { reg: 2 }, b: { reg: 3 } });
    expect(new DataView(blob.buffer).getUint32(32)).toBe(4);
  });

  test('what is no cell is refused', () => {
    for (const value of [-1, 2 ** 32, 1.5]) expect(() => writeDeviceTree({ value })).toThrow('is no cell');
  });
});

describe('tree of virt', () => {
  test('carries the given memory, ISA and boot arguments', () => {
    const tree = virtDeviceTree({ isa: 'rv32i', memoryBytes: 0x100_0000, bootArguments: 'quiet' });
    const parsed = parse(writeDeviceTree(tree));
    expect(parsed['memory@80000000']).toMatchObject({ reg: '00000000800000000000000001000000' });
    expect(parsed.chosen).toMatchObject({ bootargs: '717569657400' });
    expect(parsed.cpus).toMatchObject({ 'cpu@0': { 'riscv,isa': '727633326900' } });
  });
});

describeWith(['dtc'], 'dtc', () => {
  test('reads the tree of virt without complaint', () => {
    // QEMU's tree, which this one follows, has no #address-cells in the interrupt controller either.
    const command = ['-W', 'no-interrupt_provider', '-I', 'dtb', '-O', 'dts', '-o', 'virt.dts', 'virt.dtb'];
    const { complaints, source } = inFolder((folder) => {
      writeFileSync(join(folder, 'virt.dtb'), virt);
      const { stderr } = spawnSync('dtc', command, { cwd: folder, encoding: 'utf8' });
      return { complaints: stderr, source: readFileSync(join(folder, 'virt.dts'), 'utf8') };
    });
    expect(complaints).toBe('');
    expect(source).toContain('stdout-path = "/soc/serial@10000000";');
    expect(source).toContain('timebase-frequency = <0x989680>;');
  });
});

describeWith(['qemu-system-riscv32'], "QEMU's tree of virt", () => {
  test('is the same but for what is left out on purpose', () => {
    const board = ['-M', 'virt,dumpdtb=virt.dtb', '-bios', 'none', '-display', 'none'];
    const theirs = inFolder((folder) => {
      const cpu = ['-cpu', 'rv32,h=false,f=false,d=false,mmu=false'];
      execFileSync('qemu-system-riscv32', [...board, ...cpu], {
        cwd: folder,
        stdio: 'ignore',
        timeout: 60_000,
      });
      return parse(readFileSync(join(folder, 'virt.dtb')));
    });
    const ours = parse(virt);
    const node = (tree: ParsedNode, ...path: string[]) =>
      path.reduce((at, name) => at[name] as ParsedNode, tree);
    const pci = ['soc', 'pci@30000000'];
    for (const tree of [theirs, ours]) {
      delete tree['platform-bus@4000000'];
      delete tree.pmu;
      delete node(tree, 'chosen')['rng-seed'];
      delete node(tree, 'cpus', 'cpu@0')['riscv,isa'];
      delete node(tree, 'soc', 'plic@c000000')['riscv,ndev'];
      const ranges = node(tree, ...pci).ranges as string;
      node(tree, ...pci).ranges = ranges.slice(0, 2 * 4 * 14);
    }
    expect(ours).toEqual(theirs);
  });
});
