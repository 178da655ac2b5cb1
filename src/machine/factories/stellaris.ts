/** The devices of Stellaris parts, on QEMU's `lm3s6965evb`. */
import { StellarisAdc } from '../../devices/adc/stellaris-adc.ts';
import { Pl061 } from '../../devices/gpio/pl061.ts';
import { StellarisI2c } from '../../devices/i2c/stellaris-i2c.ts';
import { StellarisEnet } from '../../devices/net/stellaris-enet.ts';
import {
  StellarisSystemControl,
  type StellarisSystemControlOptions,
} from '../../devices/system/stellaris-system-control.ts';
import { StellarisTimer } from '../../devices/timer/stellaris-timer.ts';
import { Pl011 } from '../../devices/uart/pl011.ts';
import { CmsdkWatchdog } from '../../devices/watchdog/cmsdk-watchdog.ts';
import { factory, resetOf, resettable } from './factory.ts';

export const STELLARIS_FACTORIES = {
  'stellaris-uart': factory<{ readonly interrupt: number }>((site, description) => {
    const { context, line, port, pacedTransmit } = site;
    const { name } = description;
    const uart = new Pl011(context, { name, interrupt: line(), variant: 'luminary', pacedTransmit });
    return resettable(site, description, port(uart));
  }),
  'stellaris-watchdog': factory<{ readonly interrupt: number }>((site, description) => {
    const { context, line, power } = site;
    const { name } = description;
    const watchdog = new CmsdkWatchdog(context, { name, interrupt: line(), power, variant: 'luminary' });
    return resettable(site, description, watchdog);
  }),
  'stellaris-timer': factory<{ readonly interrupts: { readonly a: number; readonly b: number } }>(
    (site, description) => {
      const { context, line, wire } = site;
      const { name } = description;
      const interrupts = { a: line('a'), b: line('b') };
      const timer = new StellarisTimer(context, { name, interrupts, trigger: wire(`${name}.trigger`) });
      return resettable(site, description, timer);
    },
  ),
  /** `resets`: the devices that SRCR0 to SRCR2 reset, by their bits. */
  'stellaris-system-control': factory<{
    readonly interrupt: number;
    readonly identification: StellarisSystemControlOptions['identification'];
    readonly resets: readonly {
      readonly register: 0 | 1 | 2;
      readonly bit: number;
      readonly device: string;
    }[];
  }>(
    ({ context, line, wire, clockControl }, { name, identification, resets }) =>
      new StellarisSystemControl(context, {
        ...{ name, interrupt: line(), clockControl, identification },
        resets: resets.map(({ register, bit, device }) => ({ register, bit, line: wire(resetOf(device)) })),
      }),
  ),
  /** `outputs`: the wires that its pins drive, by number. */
  'stellaris-gpio': factory<{
    readonly interrupt: number;
    readonly debugPins?: number;
    readonly outputs?: Readonly<Record<number, string>>;
  }>((site, description) => {
    const { context, line, wire } = site;
    const { name, debugPins = 0, outputs = {} } = description;
    const driven = Array.from({ length: 8 }, (_, pin) =>
      outputs[pin] === undefined ? undefined : wire(outputs[pin]),
    );
    const gpio = new Pl061(context, { name, interrupt: line(), debugPins, outputs: driven });
    return resettable(site, description, gpio);
  }),
  'stellaris-i2c': factory<{ readonly interrupt: number }>((site, description) =>
    resettable(
      site,
      description,
      new StellarisI2c(site.context, { name: description.name, interrupt: site.line() }),
    ),
  ),
  /** `timers`: those whose time-outs can start it. */
  'stellaris-adc': factory<{
    readonly interrupts: {
      readonly ss0: number;
      readonly ss1: number;
      readonly ss2: number;
      readonly ss3: number;
    };
    readonly timers: readonly string[];
  }>((site, description) => {
    const { context, line, wire } = site;
    const { name, timers } = description;
    const adc = new StellarisAdc(context, {
      name,
      interrupts: [line('ss0'), line('ss1'), line('ss2'), line('ss3')],
      triggers: timers.map((timer) => wire(`${timer}.trigger`)),
    });
    return resettable(site, description, adc);
  }),
  /** `macAddress`: as MACIA0 and MACIA1 hold it. */
  'stellaris-ethernet': factory<{
    readonly interrupt: number;
    readonly macAddress: readonly [number, number];
  }>((site, description) => {
    const { context, line } = site;
    const { name, macAddress } = description;
    const port = new StellarisEnet(context, { name, interrupt: line(), address: macAddress });
    return resettable(site, description, port);
  }),
};
