/** `bluesim measure`: runs an image as `bluesim run` does, and tells what its critical paths took. */
import { targetOf } from '../debug/target.ts';
import { Measurement, presetNamed } from '../kernel/metrics/measurement.ts';
import type { Preset } from '../kernel/metrics/presets.ts';
import { measureText } from './measure-text.ts';
import { type Instruments, run } from './run.ts';
import type { RawRunOptions } from './run-options.ts';
import type { Style } from './style.ts';

/** As commander gives them. */
export interface RawMeasureOptions extends RawRunOptions {
  probe?: string[];
  preset?: string;
}

interface Surroundings {
  readonly print: (pieces: Iterable<string>) => Promise<number>;
  readonly style: Style;
}

/** @returns the exit code. @throws UserError for what cannot be meant. */
export async function measure(
  image: string,
  words: readonly string[],
  raw: RawMeasureOptions,
  { print, style }: Surroundings,
): Promise<number> {
  const presets = presetsOf(raw.preset);
  let measurement: Measurement | undefined;
  let text = '';
  const instruments: Instruments = {
    begin(machine) {
      measurement = new Measurement(targetOf(machine), {
        probes: raw.probe ?? [],
        ...(presets === undefined ? {} : { presets }),
      });
    },
    end(machine) {
      const measured = measurement!.finish();
      text = measureText(measured, machine.image!.name, style);
      const { spans, footprint } = measured;
      return { spans, footprint };
    },
  };
  const exitCode = await run(image, words, raw, instruments);
  return (await print([text])) || exitCode;
}

/** `any,kernel`, or `none`. */
function presetsOf(text: string | undefined): readonly Preset[] | undefined {
  if (text === undefined) return undefined;
  return text === 'none' ? [] : text.split(',').map((name) => presetNamed(name.trim()));
}
