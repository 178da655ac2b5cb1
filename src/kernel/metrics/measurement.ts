/** Everything that is measured of one run: begun before it, finished after it. */
import type { Footprint, Target } from '../../debug/target.ts';
import { UserError } from '../../errors.ts';
import { anyProbes, kernelProbes, PRESETS, type Preset, suitablePresets } from './presets.ts';
import { type Probe, type ProbeNames, parseNamedProbe, parseProbe } from './probe.ts';
import { ProbeRecorder } from './probe-recorder.ts';
import type { SpanFigures } from './span.ts';
import { tracePointsOf } from './trace-points.ts';
import { TrapSpans } from './trap-spans.ts';

export interface MeasurementOptions {
  /** `NAME: FROM -> TO`, or in two parts; see probe.ts. */
  readonly probes?: readonly (string | { readonly name: string; readonly probe: string })[];
  /** Default: those that tell something about the image. */
  readonly presets?: readonly Preset[];
}

export interface MeasuredRun {
  readonly board: string;
  /** `hazard3/1` */
  readonly model: string;
  readonly frequencyHz: number;
  readonly cycles: number;
  readonly instructions: number;
  readonly sleepCycles: number;
  /** Of the probes, then of the presets. */
  readonly spans: readonly SpanFigures[];
  readonly footprint: Footprint;
}

export class Measurement {
  readonly #target: Target;
  readonly #recorder: ProbeRecorder;
  readonly #traps: TrapSpans | undefined;

  /** @throws UserError for a probe that names nothing, or two of one name. */
  constructor(target: Target, { probes = [], presets }: MeasurementOptions) {
    this.#target = target;
    const names: ProbeNames = { target, tracePoints: tracePointsOf(target) };
    const chosen = presets ?? suitablePresets(names);
    const own = probes.map((probe) =>
      typeof probe === 'string' ? parseNamedProbe(probe, names) : parseProbe(probe.name, probe.probe, names),
    );
    const preset = [
      ...(chosen.includes('any') ? anyProbes(names) : []),
      ...(chosen.includes('kernel') ? kernelProbes(names) : []),
    ];
    refuseTwice(own);
    // What a user calls by the name of a preset's is the user's.
    const all = [...own, ...preset.filter(({ name }) => !own.some((probe) => probe.name === name))];
    this.#recorder = new ProbeRecorder(target, all);
    this.#traps = chosen.includes('any') ? new TrapSpans(target) : undefined;
  }

  finish(): MeasuredRun {
    const { board, model, frequencyHz, cycles, instructions, footprint } = this.#target;
    const spans = [...this.#recorder.finish(), ...(this.#traps?.finish() ?? [])];
    const sleepCycles = this.#target.sleepCycles();
    return { board, model, frequencyHz, cycles, instructions, sleepCycles, spans, footprint };
  }
}

function refuseTwice(probes: readonly Probe[]): void {
  const names = probes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new UserError(`two probes are called ${twice}`, 'Give each a name of its own.');
}

/** @throws UserError */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((preset) => preset === name);
  if (found !== undefined) return found;
  throw new UserError(`there is no preset ${name}`, `Presets: ${PRESETS.join(', ')}.`);
}
