/** The devices of Arm's MPS2 boards: the Cortex-M System Design Kit and what the FPGA image adds to it. */

import { SbconI2c } from '../../devices/i2c/sbcon-i2c.ts';
import { Lan9118 } from '../../devices/net/lan9118.ts';
import { Mps2Fpgaio } from '../../devices/system/mps2-fpgaio.ts';
import { Mps2Scc } from '../../devices/system/mps2-scc.ts';
import { CmsdkDualTimer } from '../../devices/timer/cmsdk-dual-timer.ts';
import { CmsdkTimer } from '../../devices/timer/cmsdk-timer.ts';
import { CmsdkUart } from '../../devices/uart/cmsdk-uart.ts';
import { CmsdkWatchdog } from '../../devices/watchdog/cmsdk-watchdog.ts';
import type { InterruptInput } from '../board.ts';
import { factory } from './factory.ts';

export type CmsdkUartInterrupts = {
  readonly rx: number;
  readonly tx: number;
  readonly overflow?: number;
};

export interface Mps2SccIdentity {
  readonly boardRevision: number;
  readonly applicationId: number;
  readonly id: number;
  readonly oscillatorsHz: readonly number[];
}

export const MPS2_FACTORIES = {
  'cmsdk-uart': factory<{ readonly interrupts: CmsdkUartInterrupts }>(
    ({ context, line, port, pacedTransmit }, { name }) =>
      port(
        new CmsdkUart(context, {
          name,
          receive: line('rx'),
          transmit: line('tx'),
          overflow: line('overflow'),
          pacedTransmit,
        }),
      ),
  ),
  'cmsdk-timer': factory<{ readonly interrupt: number }>(
    ({ context, line }, { name }) => new CmsdkTimer(context, { name, interrupt: line() }),
  ),
  'cmsdk-dual-timer': factory<{ readonly interrupt: number }>(
    ({ context, line }, { name }) => new CmsdkDualTimer(context, { name, interrupt: line() }),
  ),
  'cmsdk-watchdog': factory<{ readonly interrupt: InterruptInput }>(
    ({ context, line, power }, { name }) => new CmsdkWatchdog(context, { name, interrupt: line(), power }),
  ),
  'mps2-fpgaio': factory(({ context }, { name }) => new Mps2Fpgaio(context, { name })),
  'mps2-scc': factory<Mps2SccIdentity>(
    ({ context }, { name, boardRevision, applicationId, id, oscillatorsHz }) =>
      new Mps2Scc(context, { name, boardRevision, applicationId, id, oscillatorsHz }),
  ),
  lan9118: factory<{ readonly interrupt: number; readonly macAddress: readonly number[] }>(
    ({ context, line }, { name, macAddress }) =>
      new Lan9118(context, { name, interrupt: line(), macAddress }),
  ),
  'sbcon-i2c': factory(({ context }, { name }) => new SbconI2c(context, { name })),
};
