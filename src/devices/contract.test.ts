import { describe, expect, test } from 'vitest';
import type { DeviceContext } from '../bus/device.ts';
import { Line } from '../bus/line.ts';
import type { State } from '../bus/state.ts';
import { StellarisAdc } from './adc/stellaris-adc.ts';
import { type BuildDevice, contractViolations } from './contract.ts';
import { Dwt } from './debug/dwt.ts';
import { Itm } from './debug/itm.ts';
import { FwCfg } from './firmware-config/fw-cfg.ts';
import { Pl061 } from './gpio/pl061.ts';
import { SbconI2c } from './i2c/sbcon-i2c.ts';
import { StellarisI2c } from './i2c/stellaris-i2c.ts';
import { Nvic } from './irq/nvic.ts';
import { Plic } from './irq/plic.ts';
import { CfiFlash } from './memory/cfi-flash.ts';
import { ForeignWindow } from './memory/foreign-window.ts';
import { NoFaults } from './memory/no-faults.ts';
import { OpenBus } from './memory/open-bus.ts';
import { Unimplemented } from './memory/unimplemented.ts';
import { Lan9118 } from './net/lan9118.ts';
import { StellarisEnet } from './net/stellaris-enet.ts';
import { PcieHost } from './pci/pcie-host.ts';
import { bit, RegisterLayout, register } from './register.ts';
import { RegisterDevice } from './register-device.ts';
import { GoldfishRtc } from './rtc/goldfish-rtc.ts';
import { Pl022 } from './ssi/pl022.ts';
import { Mps2Fpgaio } from './system/mps2-fpgaio.ts';
import { Mps2Scc } from './system/mps2-scc.ts';
import { StellarisSystemControl } from './system/stellaris-system-control.ts';
import { SifiveTest } from './test/sifive-test.ts';
import { Clint } from './timer/clint.ts';
import { CmsdkDualTimer } from './timer/cmsdk-dual-timer.ts';
import { CmsdkTimer } from './timer/cmsdk-timer.ts';
import { StellarisTimer } from './timer/stellaris-timer.ts';
import { SysTick } from './timer/systick.ts';
import { CmsdkUart } from './uart/cmsdk-uart.ts';
import { Ns16550a } from './uart/ns16550a.ts';
import { Pl011 } from './uart/pl011.ts';
import { VirtioMmioSlot } from './virtio/virtio-mmio-slot.ts';
import { CmsdkWatchdog } from './watchdog/cmsdk-watchdog.ts';

const name = 'device';

function lines(count: number): Line[] {
  return Array.from({ length: count }, (_, i) => new Line(`line${i}`));
}

function highLine(): Line {
  const line = new Line('high');
  line.set(true);
  return line;
}

/** Its lock would hide the registers behind it. */
class UnlockedItm extends Itm {
  protected override resetInternal(): void {
    this.unlock(0xc5ac_ce55);
  }
}

function cmsdkUart(context: DeviceContext, pacedTransmit: boolean): CmsdkUart {
  const [receive, transmit, overflow] = lines(3) as [Line, Line, Line];
  return new CmsdkUart(context, { name, receive, transmit, overflow, pacedTransmit });
}

/** The array belongs to the board's memory, which takes its own snapshots. */
class FlashWithArray extends CfiFlash {
  readonly #bytes: Uint8Array;

  constructor(context: DeviceContext) {
    const bytes = new Uint8Array(0x8_0000);
    super(context, { name, array: { bytes, changed() {}, setDirect() {} } });
    this.#bytes = bytes;
  }

  override snapshot(): State {
    return { ...super.snapshot(), bytes: this.#bytes.slice() };
  }

  override restore(state: State): void {
    super.restore(state);
    this.#bytes.set(state.bytes as Uint8Array);
  }
}

const devices: Record<string, BuildDevice> = {
  'ns16550a, immediate transmission': (context) =>
    new Ns16550a(context, { name, interrupt: new Line('irq') }),
  'ns16550a, paced transmission': (context) =>
    new Ns16550a(context, { name, interrupt: new Line('irq'), pacedTransmit: true }),
  'pl011 of Stellaris parts': (context) =>
    new Pl011(context, { name, interrupt: new Line('irq'), variant: 'luminary' }),
  'pl011, paced transmission': (context) =>
    new Pl011(context, { name, interrupt: new Line('irq'), pacedTransmit: true }),
  'clint, two harts': (context) => {
    const harts = [0, 1].map(() => ({ software: new Line('msip'), timer: new Line('mtip') }));
    return new Clint(context, { name, harts });
  },
  'stellaris timer': (context) =>
    new StellarisTimer(context, {
      name,
      interrupts: { a: new Line('a'), b: new Line('b') },
      trigger: new Line('trigger'),
    }),
  plic: (context) => new Plic(context, { name, sourceCount: 96, sources: lines(96), contexts: lines(2) }),
  sifive_test: (context) => new SifiveTest(context, { name, power: { exit() {}, reset() {} } }),
  'goldfish rtc': (context) => new GoldfishRtc(context, { name, interrupt: new Line('irq') }),
  'cfi flash': (context) => new FlashWithArray(context),
  'virtio-mmio slot': (context) => new VirtioMmioSlot(context, { name }),
  'pcie host': (context) => new PcieHost(context, { name }),
  'foreign window': () => new ForeignWindow({ name, sizeBytes: 0x1000, touched() {} }),
  pl061: (context) => new Pl061(context, { name, interrupt: new Line('irq'), debugPins: 0x80 }),
  'stellaris i2c': (context) => new StellarisI2c(context, { name, interrupt: new Line('irq') }),
  'stellaris adc': (context) =>
    new StellarisAdc(context, { name, interrupts: lines(4) as [Line, Line, Line, Line] }),
  'stellaris ethernet': (context) =>
    new StellarisEnet(context, { name, interrupt: new Line('irq'), address: [0x1200_5452, 0x5634] }),
  'stellaris system control': (context) =>
    new StellarisSystemControl(context, {
      ...{ name, interrupt: new Line('irq'), clockControl: { setFrequency() {} } },
      identification: { did0: 1, did1: 2, dc: [3, 4, 5, 6, 7], user: [8, 9] },
    }),
  pl022: (context) => new Pl022(context, { name, interrupt: new Line('irq') }),
  'no faults': (context) => new NoFaults(context, { name }),
  unimplemented: (context) => new Unimplemented(context, { name, sizeBytes: 0x1000 }),
  'open bus': () => new OpenBus({ name, sizeBytes: 0x1_0000 }),
  nvic: (context) => new Nvic(context, { name, lineCount: 70, lines: lines(70), priorityBits: 3 }),
  'systick, core clock': (context) => new SysTick(context, { name, exception: new Line('systick') }),
  'systick, reference clock': (context) =>
    new SysTick(context, { name, exception: new Line('systick'), referenceHz: 1_000_000 }),
  dwt: (context) => new Dwt(context, { name, traceEnable: highLine() }),
  itm: (context) => new UnlockedItm(context, { name, traceEnable: highLine() }),
  'cmsdk uart, immediate transmission': (context) => cmsdkUart(context, false),
  'cmsdk uart, paced transmission': (context) => cmsdkUart(context, true),
  'cmsdk timer': (context) => new CmsdkTimer(context, { name, interrupt: new Line('irq') }),
  'cmsdk dual timer': (context) => new CmsdkDualTimer(context, { name, interrupt: new Line('irq') }),
  'watchdog of Stellaris parts': (context) =>
    new CmsdkWatchdog(context, {
      ...{ name, interrupt: new Line('irq'), power: { exit() {}, reset() {} } },
      variant: 'luminary',
    }),
  'cmsdk watchdog': (context) =>
    new CmsdkWatchdog(context, { name, interrupt: new Line('nmi'), power: { exit() {}, reset() {} } }),
  'mps2 fpgaio': (context) => new Mps2Fpgaio(context, { name }),
  'mps2 scc': (context) =>
    new Mps2Scc(context, { name, boardRevision: 2, applicationId: 8, id: 1, oscillatorsHz: [1, 2, 3] }),
  lan9118: (context) =>
    new Lan9118(context, { name, interrupt: new Line('irq'), macAddress: [2, 0, 0, 0, 0, 1] }),
  'sbcon i2c': (context) => new SbconI2c(context, { name }),
  fw_cfg: (context) => new FwCfg(context, { name, items: new Map([[5, Uint8Array.of(1, 0)]]) }),
};

describe('every device keeps the contract', () => {
  for (const [title, create] of Object.entries(devices)) {
    test(title, () => {
      expect(contractViolations(create)).toEqual([]);
    });
  }
});

test('the contract finds what is wrong', () => {
  const layout = new RegisterLayout(
    { sizeBytes: 8, readWidths: 4, writeWidths: 4 },
    {
      counter: register(0, { spec: '', access: 'ro', value: 'count' }),
      control: register(4, { spec: '', reset: 1, fields: { on: bit(0) } }),
    },
  );
  class Broken extends RegisterDevice {
    counter = 0;
    count(): number {
      return this.counter++;
    }
    protected override snapshotInternal() {
      return { counter: this.counter };
    }
    override reset(): void {}
  }
  const violations = contractViolations((context) => new Broken(context, name, layout));
  expect(violations).toContain('control is 0, not 1, when built');
  expect(violations).toContain('a peek has an effect at 0x0, width 4');
  expect(violations).toContain('a restored device differs');
});
