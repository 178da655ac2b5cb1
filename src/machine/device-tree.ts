/**
 * Writes a flattened device tree: the description of a board that firmware finds in memory at boot. A tree is a
 * plain nested object, in which an object is a child node and everything else a property.
 *
 * Source: Devicetree Specification v0.4, chapter 5 (flattened format, version 17) and 2.2.4 (property values).
 */
import { assert } from '../errors.ts';

/** `true`: an empty property; numbers: cells of 32 bits; strings: a list of strings; bytes as they are. */
export type PropertyValue = true | number | string | readonly number[] | readonly string[] | Uint8Array;

export interface TreeNode {
  readonly [name: string]: PropertyValue | TreeNode;
}

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
/** One entry of zeros: no memory is reserved. */
const RESERVATION_BYTES = 16;

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;

/** @returns the tree as a blob of version 17, its length a multiple of 4. */
export function writeDeviceTree(root: TreeNode): Uint8Array {
  const structure: number[] = [];
  const strings: number[] = [];
  const stringOffsets = new Map<string, number>();

  const cell = (value: number) => {
    structure.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  };
  const align = () => {
    while (structure.length % 4 !== 0) structure.push(0);
  };
  const stringOffset = (name: string): number => {
    const known = stringOffsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    stringOffsets.set(name, offset);
    strings.push(...text(name));
    return offset;
  };
  const writeNode = (name: string, node: TreeNode) => {
    cell(BEGIN_NODE);
    structure.push(...text(name));
    align();
    const entries = Object.entries(node);
    // 5.4.2: properties come before child nodes.
    for (const [key, value] of entries) {
      if (isNode(value)) continue;
      const bytes = propertyBytes(value);
      cell(PROPERTY);
      cell(bytes.length);
      cell(stringOffset(key));
      structure.push(...bytes);
      align();
    }
    for (const [key, value] of entries) if (isNode(value)) writeNode(key, value);
    cell(END_NODE);
  };
  writeNode('', root);
  cell(END);
  while (strings.length % 4 !== 0) strings.push(0);

  const structureOffset = HEADER_BYTES + RESERVATION_BYTES;
  const stringsOffset = structureOffset + structure.length;
  const blob = new Uint8Array(stringsOffset + strings.length);
  const header = [MAGIC, blob.length, structureOffset, stringsOffset, HEADER_BYTES, VERSION];
  header.push(LAST_COMPATIBLE_VERSION, 0, strings.length, structure.length);
  const view = new DataView(blob.buffer);
  header.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  blob.set(structure, structureOffset);
  blob.set(strings, stringsOffset);
  return blob;
}

function isNode(value: PropertyValue | TreeNode): value is TreeNode {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function propertyBytes(value: PropertyValue): Uint8Array | number[] {
  if (value === true) return [];
  if (value instanceof Uint8Array) return value;
  const list = typeof value === 'object' ? value : [value];
  return list.flatMap((item) => (typeof item === 'string' ? text(item) : cellBytes(item)));
}

function cellBytes(value: number): number[] {
  assert(Number.isInteger(value) && value >= 0 && value < 2 ** 32, `device tree: ${value} is no cell`);
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value), 0];
}
