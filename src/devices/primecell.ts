/**
 * The identification that ends the 4 KiB of each of Arm's PrimeCell peripherals, the same in all of them: four
 * bytes of peripheral identification and four that say "PrimeCell".
 *
 * Source: Arm PrimeCell UART (PL011) TRM, DDI 0183G, 3.3.15 to 3.3.22; the other TRMs have it alike.
 */
import { type RegisterDeclaration, register } from './register.ts';

const PRIMECELL = [0x0d, 0xf0, 0x05, 0xb1] as const;

type IdentificationName = `PeriphID${0 | 1 | 2 | 3}` | `PCellID${0 | 1 | 2 | 3}`;

/**
 * @param spec section of the manual.
 * @param peripheral PeriphID0 to PeriphID3.
 */
export function primeCellIdentification(
  spec: string,
  peripheral: readonly [number, number, number, number],
): Record<IdentificationName, RegisterDeclaration> {
  const byte = (offset: number, reset: number) =>
    register(offset, { spec, access: 'const', reset, anyByte: true });
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
