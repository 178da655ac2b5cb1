/**
 * Registers of the PL011. Source: Arm PrimeCell UART (PL011) TRM, DDI 0183G, chapter 3. Stellaris parts have a
 * subset: no modem lines, no DMA, an identification of their own (LM3S6965 datasheet).
 */
import { primeCellIdentification } from '../primecell.ts';
import { bit, bits, type RegisterDeclaration, RegisterLayout, register } from '../register.ts';

/** Whose cell it is: Arm's, or the one in Stellaris parts. */
export type Pl011Variant = 'arm' | 'luminary';

const IDENTIFICATION = {
  arm: [0x11, 0x10, 0x14, 0x00],
  luminary: [0x11, 0x00, 0x18, 0x01],
} as const;

/** Interrupts in the order of their bits in UARTIMSC, UARTRIS, UARTMIS and UARTICR. */
const MODEM_INTERRUPTS = { RI: bit(0), CTS: bit(1), DCD: bit(2), DSR: bit(3) };
const INTERRUPTS = {
  RX: bit(4),
  TX: bit(5),
  RT: bit(6),
  FE: bit(7),
  PE: bit(8),
  BE: bit(9),
  OE: bit(10),
};

function describeLayout(variant: Pl011Variant) {
  const isArm = variant === 'arm';
  const interrupts = isArm ? { ...MODEM_INTERRUPTS, ...INTERRUPTS } : INTERRUPTS;
  const modemControl = { DTR: bit(10), RTS: bit(11), Out1: bit(12), Out2: bit(13) };
  const flowControl = { RTSEn: bit(14), CTSEn: bit(15) };
  const control = { UARTEN: bit(0), SIREN: bit(1), SIRLP: bit(2), LBE: bit(7), TXE: bit(8), RXE: bit(9) };
  const declarations = {
    UARTDR: register(0x00, {
      spec: '3.3.1',
      fields: { DATA: bits(7, 0), FE: bit(8, 'ro'), PE: bit(9, 'ro'), BE: bit(10, 'ro'), OE: bit(11, 'ro') },
      reset: 0,
      value: 'receivedCharacter',
      onRead: 'characterRead',
      onWrite: 'transmit',
    }),
    UARTRSR: register(0x04, {
      spec: '3.3.2',
      fields: { FE: bit(0), PE: bit(1), BE: bit(2), OE: bit(3), clear: bits(7, 4) },
      reset: 0,
      value: 'receiveStatus',
      onWrite: 'clearReceiveStatus',
    }),
    UARTFR: register(0x18, {
      spec: '3.3.3',
      access: 'ro' as const,
      reset: 0x90,
      fields: { BUSY: bit(3), RXFE: bit(4), TXFF: bit(5), RXFF: bit(6), TXFE: bit(7) },
      value: 'flags',
    }),
    UARTILPR: register(0x20, { spec: '3.3.4', fields: { ILPDVSR: bits(7, 0) } }),
    UARTIBRD: register(0x24, { spec: '3.3.5', fields: { BAUD_DIVINT: bits(15, 0) } }),
    UARTFBRD: register(0x28, { spec: '3.3.6', fields: { BAUD_DIVFRAC: bits(5, 0) } }),
    UARTLCR_H: register(0x2c, {
      spec: '3.3.7',
      fields: {
        BRK: bit(0),
        PEN: bit(1),
        EPS: bit(2),
        STP2: bit(3),
        FEN: bit(4),
        WLEN: bits(6, 5),
        SPS: bit(7),
      },
      onWrite: 'lineControlChanged',
    }),
    UARTCR: register(0x30, {
      spec: '3.3.8',
      reset: 0x300,
      fields: isArm ? { ...control, ...modemControl, ...flowControl } : control,
      onWrite: 'controlChanged',
    }),
    UARTIFLS: register(0x34, {
      spec: '3.3.9',
      reset: 0x12,
      fields: { TXIFLSEL: bits(2, 0), RXIFLSEL: bits(5, 3) },
    }),
    UARTIMSC: register(0x38, { spec: '3.3.10', fields: interrupts, onWrite: 'updateInterrupts' }),
    UARTRIS: register(0x3c, { spec: '3.3.11', access: 'ro' as const, fields: interrupts }),
    UARTMIS: register(0x40, {
      spec: '3.3.12',
      access: 'ro' as const,
      reset: 0,
      fields: interrupts,
      value: 'maskedInterrupts',
    }),
    UARTICR: register(0x44, {
      spec: '3.3.13',
      access: 'wo' as const,
      fields: { ...MODEM_INTERRUPTS, ...INTERRUPTS },
      onWrite: 'clearInterrupts',
    }),
    UARTDMACR: register(0x48, {
      spec: '3.3.14',
      fields: { RXDMAE: bit(0), TXDMAE: bit(1), DMAONERR: bit(2) },
    }),
    ...primeCellIdentification('3.3.15', IDENTIFICATION[variant]),
  };
  // As on QEMU, and because no address below the word reaches the cell: any byte of a word means its register.
  const anywhere = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, { ...declaration, anyByte: true }]),
  ) as Record<keyof typeof declarations, RegisterDeclaration>;
  return new RegisterLayout({ sizeBytes: 0x1000, readWidths: 7, writeWidths: 7, narrow: 'whole' }, anywhere);
}

export const pl011Layouts = { arm: describeLayout('arm'), luminary: describeLayout('luminary') } as const;
