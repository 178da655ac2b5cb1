/** All memory of a machine as one array of each width, by offset in the host's memory: see page-map.ts. */
import { assert } from '../../errors.ts';
import { GRANULE_SHIFT, type GuestMemory } from './guest-memory.ts';

export interface HostViews {
  readonly bytes: Uint8Array;
  readonly signedBytes: Int8Array;
  readonly halfwords: Uint16Array;
  readonly signedHalfwords: Int16Array;
  readonly words: Int32Array;
  /** The attribute byte of the granule at a host offset, by host offset >>> 6. */
  readonly attributes: Uint8Array;
}

export function hostViews({ memory: { buffer }, regions }: GuestMemory): HostViews {
  const origins = regions.map(
    ({ attributes, bytes }) => attributes.byteOffset - (bytes.byteOffset >>> GRANULE_SHIFT),
  );
  const [origin = 0] = origins;
  assert(
    origins.every((other) => other === origin),
    'attributes do not lie in the order of their memory',
  );
  return {
    bytes: new Uint8Array(buffer),
    signedBytes: new Int8Array(buffer),
    halfwords: new Uint16Array(buffer),
    signedHalfwords: new Int16Array(buffer),
    words: new Int32Array(buffer),
    attributes: new Uint8Array(buffer, origin),
  };
}
