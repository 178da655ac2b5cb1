/** All types of device, by the name that a board's description calls them by. */
import { COMMON_FACTORIES } from './common.ts';
import type { DevicePlacement, Factory } from './factory.ts';
import { MPS2_FACTORIES } from './mps2.ts';
import { STELLARIS_FACTORIES } from './stellaris.ts';
import { VIRT_FACTORIES } from './virt.ts';

export const FACTORIES = {
  ...COMMON_FACTORIES,
  ...MPS2_FACTORIES,
  ...STELLARIS_FACTORIES,
  ...VIRT_FACTORIES,
};

type Factories = typeof FACTORIES;
type OptionsOf<Made> = Made extends Factory<infer Options> ? Options : never;

/** One device of a board. `type` selects its factory; the other fields are that factory's options. */
export type DeviceDescription = {
  [Type in keyof Factories]: DevicePlacement & { readonly type: Type } & OptionsOf<Factories[Type]>;
}[keyof Factories];
