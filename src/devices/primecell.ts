/**
 * The identification that ends the 4 KiB of each of Arm's PrimeCell peripherals, the same in all of them: four
 * bytes of peripheral identification and four that say "PrimeCell".
 *
 * Source: Arm PrimeCell UART (PL011) TRM, DDI 0183G, 3.3.15 and 3.3.16; the other TRMs have it alike.
 */
import { type RegisterDeclaration, register } from './register.ts';

const PRIMECELL = [0x0d, 0xf0, 0x05, 0xb1] as const;

type IdentificationName = `PeriphID${0 | 1 | 2 | 3}` | `PCellID${0 | 1 | 2 | 3}`;
type CmsdkIdentificationName = `PID${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}` | `CID${0 | 1 | 2 | 3}`;

/**
 * @param spec section of the manual.
 * @param peripheral PeriphID0 to PeriphID3.
 */
export function primeCellIdentification(
  spec: string,
  peripheral: readonly [number, number, number, number],
): Record<IdentificationName, RegisterDeclaration> {
  const byte = (offset: number, reset: number) => identificationByte(offset, spec, reset);
  return {
    PeriphID0: byte(0xfe0, peripheral[0]),
    PeriphID1: byte(0xfe4, peripheral[1]),
    PeriphID2: byte(0xfe8, peripheral[2]),
    PeriphID3: byte(0xfec, peripheral[3]),
    PCellID0: byte(0xff0, PRIMECELL[0]),
    PCellID1: byte(0xff4, PRIMECELL[1]),
    PCellID2: byte(0xff8, PRIMECELL[2]),
    PCellID3: byte(0xffc, PRIMECELL[3]),
  };
}

/**
 * The same under the names of the Cortex-M System Design Kit (DDI 0479D, chapter 4), with four more bytes.
 * @param spec section of the manual.
 * @param part low byte of the component's part number.
 */
export function cmsdkIdentification(
  spec: string,
  part: number,
): Record<CmsdkIdentificationName, RegisterDeclaration> {
  const byte = (offset: number, reset: number) => identificationByte(offset, spec, reset);
  return {
    PID4: byte(0xfd0, 0x04),
    PID5: byte(0xfd4, 0x00),
    PID6: byte(0xfd8, 0x00),
    PID7: byte(0xfdc, 0x00),
    PID0: byte(0xfe0, part),
    PID1: byte(0xfe4, 0xb8),
    PID2: byte(0xfe8, 0x1b),
    PID3: byte(0xfec, 0x00),
    CID0: byte(0xff0, PRIMECELL[0]),
    CID1: byte(0xff4, PRIMECELL[1]),
    CID2: byte(0xff8, PRIMECELL[2]),
    CID3: register(0xffc, { spec, access: 'const', reset: PRIMECELL[3] }),
  };
}

function identificationByte(offset: number, spec: string, reset: number): RegisterDeclaration {
  return register(offset, { spec, access: 'const', reset, anyByte: true });
}
