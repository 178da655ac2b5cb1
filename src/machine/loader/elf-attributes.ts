/**
 * Build attributes: what the compiler and the linker noted about the target, in `.riscv.attributes` and
 * `.ARM.attributes`. Both have the same container; only the tags differ. They inform the user and help to
 * choose a board, and nothing is executed differently because of them: a damaged section therefore yields
 * what could be read of it, never an error.
 *
 * Container: Arm IHI 0045 (Addenda to the ABI, 2023Q3), section 2.2. RISC-V tags: RISC-V ELF psABI 1.0,
 * "Attributes". ARM tags: IHI 0045 section 2.5.
 */

export interface BuildAttribute {
  tag: number;
  /** The tag's name in its document, or undefined for one that is not known here. */
  name: string | undefined;
  value: number | string;
}

export interface BuildAttributes {
  /** `riscv` or `aeabi`; other vendors are skipped. */
  vendor: string;
  /** The attributes of the whole file, in file order. */
  entries: BuildAttribute[];
  /** RISC-V: the `arch` string, such as `rv32i2p1_m2p0_a2p1_c2p0`. ARM: the architecture, such as `v7-M`. */
  architecture: string | undefined;
}

const FORMAT_VERSION = 0x41;
const TAG_FILE = 1;
const TAG_COMPATIBILITY = 32;

const RISCV_TAGS: Record<number, string> = {
  4: 'Tag_RISCV_stack_align',
  5: 'Tag_RISCV_arch',
  6: 'Tag_RISCV_unaligned_access',
  8: 'Tag_RISCV_priv_spec',
  10: 'Tag_RISCV_priv_spec_minor',
  12: 'Tag_RISCV_priv_spec_revision',
  14: 'Tag_RISCV_atomic_abi',
  16: 'Tag_RISCV_x3_reg_usage',
};

const ARM_TAGS: Record<number, string> = {
  4: 'Tag_CPU_raw_name',
  5: 'Tag_CPU_name',
  6: 'Tag_CPU_arch',
  7: 'Tag_CPU_arch_profile',
  8: 'Tag_ARM_ISA_use',
  9: 'Tag_THUMB_ISA_use',
  10: 'Tag_FP_arch',
  11: 'Tag_WMMX_arch',
  12: 'Tag_Advanced_SIMD_arch',
  13: 'Tag_PCS_config',
  14: 'Tag_ABI_PCS_R9_use',
  15: 'Tag_ABI_PCS_RW_data',
  16: 'Tag_ABI_PCS_RO_data',
  17: 'Tag_ABI_PCS_GOT_use',
  18: 'Tag_ABI_PCS_wchar_t',
  19: 'Tag_ABI_FP_rounding',
  20: 'Tag_ABI_FP_denormal',
  21: 'Tag_ABI_FP_exceptions',
  22: 'Tag_ABI_FP_user_exceptions',
  23: 'Tag_ABI_FP_number_model',
  24: 'Tag_ABI_align_needed',
  25: 'Tag_ABI_align_preserved',
  26: 'Tag_ABI_enum_size',
  27: 'Tag_ABI_HardFP_use',
  28: 'Tag_ABI_VFP_args',
  29: 'Tag_ABI_WMMX_args',
  30: 'Tag_ABI_optimization_goals',
  31: 'Tag_ABI_FP_optimization_goals',
  32: 'Tag_compatibility',
  34: 'Tag_CPU_unaligned_access',
  36: 'Tag_FP_HP_extension',
  38: 'Tag_ABI_FP_16bit_format',
  42: 'Tag_MPextension_use',
  44: 'Tag_DIV_use',
  46: 'Tag_DSP_extension',
  64: 'Tag_nodefaults',
  65: 'Tag_also_compatible_with',
  66: 'Tag_T2EE_use',
  67: 'Tag_conformance',
  68: 'Tag_Virtualization_use',
};

const ARM_ARCHITECTURES = [
  'pre-v4',
  'v4',
  'v4T',
  'v5T',
  'v5TE',
  'v5TEJ',
  'v6',
  'v6KZ',
  'v6T2',
  'v6K',
  'v7',
  'v6-M',
  'v6S-M',
  'v7E-M',
  'v8-A',
  'v8-R',
  'v8-M.baseline',
  'v8-M.mainline',
  'v8.1-A',
  'v8.2-A',
  'v8.3-A',
  'v8.1-M.mainline',
  'v9-A',
];

/** Reads numbers and strings up to an end; past it, `damaged` becomes true and everything reads as 0. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  position: number;
  damaged = false;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.#bytes = bytes;
    this.position = position;
    this.#end = Math.min(end, bytes.length);
  }

  get more(): boolean {
    return !this.damaged && this.position < this.#end;
  }

  byte(): number {
    if (this.position >= this.#end) {
      this.damaged = true;
      return 0;
    }
    return this.#bytes[this.position++]!;
  }

  word(): number {
    const low = this.byte() | (this.byte() << 8);
    return (low | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }

  /** ULEB128; more than 32 bits of value count as damage. */
  uleb(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > 0xffffffff || this.damaged) {
        this.damaged = true;
        return 0;
      }
      if (byte < 0x80) return value;
      if (scale > 2 ** 35) this.damaged = true;
    }
  }

  string(): string {
    const end = this.#bytes.indexOf(0, this.position);
    if (end < 0 || end >= this.#end) {
      this.damaged = true;
      return '';
    }
    const text = new TextDecoder().decode(this.#bytes.subarray(this.position, end));
    this.position = end + 1;
    return text;
  }
}

function isString(vendor: string, tag: number): boolean {
  if (vendor === 'riscv') return tag % 2 === 1;
  return tag < TAG_COMPATIBILITY ? tag === 4 || tag === 5 : tag % 2 === 1;
}

function readFileAttributes(bytes: Uint8Array, start: number, end: number, vendor: string): BuildAttribute[] {
  const names = vendor === 'riscv' ? RISCV_TAGS : ARM_TAGS;
  const cursor = new Cursor(bytes, start, end);
  const entries: BuildAttribute[] = [];
  while (cursor.more) {
    const tag = cursor.uleb();
    let value: number | string;
    if (vendor === 'aeabi' && tag === TAG_COMPATIBILITY) value = `${cursor.uleb()} ${cursor.string()}`.trim();
    else value = isString(vendor, tag) ? cursor.string() : cursor.uleb();
    if (!cursor.damaged) entries.push({ tag, name: names[tag], value });
  }
  return entries;
}

function architectureOf(vendor: string, entries: BuildAttribute[]): string | undefined {
  const attribute = (tag: number) => entries.find((entry) => entry.tag === tag)?.value;
  if (vendor === 'riscv') {
    const text = attribute(5);
    return typeof text === 'string' ? text : undefined;
  }
  const architecture = attribute(6);
  if (typeof architecture !== 'number') return undefined;
  const name = ARM_ARCHITECTURES[architecture];
  const profile = attribute(7);
  if (name !== 'v7' || typeof profile !== 'number' || profile === 0) return name;
  return `${name}-${String.fromCharCode(profile & 0x7f)}`;
}

/**
 * Reads an attributes section.
 * @param bytes the section's contents.
 * @returns undefined when it holds nothing of the vendors `riscv` and `aeabi` or is in another format.
 */
export function parseBuildAttributes(bytes: Uint8Array): BuildAttributes | undefined {
  if (bytes[0] !== FORMAT_VERSION) return undefined;
  for (let start = 1; start < bytes.length; ) {
    const vendorCursor = new Cursor(bytes, start, bytes.length);
    const length = vendorCursor.word();
    if (vendorCursor.damaged || length < 5) return undefined;
    const end = Math.min(start + length, bytes.length);
    const vendor = vendorCursor.string();
    if (vendor === 'riscv' || vendor === 'aeabi') {
      const entries: BuildAttribute[] = [];
      for (let position = vendorCursor.position; position < end; ) {
        const cursor = new Cursor(bytes, position, end);
        const tag = cursor.uleb();
        const size = cursor.word();
        if (cursor.damaged || size < 5) break;
        const last = Math.min(position + size, end);
        if (tag === TAG_FILE) {
          for (const entry of readFileAttributes(bytes, cursor.position, last, vendor)) entries.push(entry);
        }
        position = last;
      }
      return { vendor, entries, architecture: architectureOf(vendor, entries) };
    }
    start = end;
  }
  return undefined;
}
