/**
 * The boot ROM of a RISC-V board: sets a0 to the hart's number, a1 to the device tree, a2 to the address of
 * an (empty) firmware information block, and jumps to the image. The register contract is QEMU's, so that an
 * image built for it finds the same; the code is our own.
 */

/** Offset of the firmware information block from the ROM's start: what QEMU puts in a2. */
const INFORMATION_OFFSET = 0x28;

/**
 * @param romAddress where the ROM lies, a multiple of 4096.
 * @param entry first instruction of the image.
 * @param deviceTree address of the flattened device tree, or 0.
 * @returns the ROM's first bytes.
 */
export function bootRom(romAddress: number, entry: number, deviceTree: number): Uint8Array {
  const words = new Uint32Array(INFORMATION_OFFSET / 4 + 6);
  words.set([
    0xf1402573, // csrr a0, mhartid
    0x00000297, // auipc t0, 0: t0 = ROM + 4
    0x0142a583, // lw a1, 20(t0)
    0x02428613, // addi a2, t0, 0x24
    0x0182a283, // lw t0, 24(t0)
    0x00028067, // jr t0
    deviceTree,
    entry,
  ]);
  if (romAddress % 4096 !== 0) throw new RangeError('the boot ROM lies on a page');
  return new Uint8Array(words.buffer);
}
