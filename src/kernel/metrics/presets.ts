/** Probes that nobody has to write: for any image, and for this project's kernel by its trace points. */
import { type Probe, type ProbeNames, parseProbe } from './probe.ts';

export const PRESETS = ['any', 'kernel'] as const;
export type Preset = (typeof PRESETS)[number];

/** Meanings that only bluekernel has. */
const KERNEL_POINTS = ['boot: reset', 'boot: main', 'critical begin', 'critical end'];

/** The presets that tell something about an image. */
export function suitablePresets({ tracePoints }: ProbeNames): Preset[] {
  return KERNEL_POINTS.every((point) => tracePoints.has(point)) ? ['any', 'kernel'] : ['any'];
}

/** Spans of exceptions and switches of stacks are measured besides (trap-spans.ts). */
export function anyProbes(names: ProbeNames): Probe[] {
  const hasMain = names.target.symbols.lookup('main') !== undefined;
  return hasMain ? [parseProbe('boot', 'reset -> main', names)] : [];
}

/**
 * What the critical paths of bluekernel take. Points that an image does not have, because the linker has thrown their
 * code away, are left out.
 */
export function kernelProbes(names: ProbeNames): Probe[] {
  const points = [...names.tracePoints.keys()];
  // On RISC-V the point tells where the cause is.
  const enter = points.find((point) => point.startsWith('interrupt enter')) ?? 'interrupt enter';
  const clock = points.includes('clock interrupt enter')
    ? 'point clock interrupt enter -> point clock interrupt exit'
    : 'interrupt machine timer entry -> interrupt machine timer return';
  const probes: [name: string, text: string][] = [
    ['kernel.boot', 'reset -> point boot: first thread'],
    ['kernel.boot.memory', 'point boot: reset -> point boot: main'],
    ['kernel.boot.main', 'point boot: main -> point boot: scheduler'],
    ['kernel.boot.scheduler', 'point boot: scheduler -> point boot: first thread'],
    ['kernel.switch.voluntary', 'point block -> stack switch'],
    ['kernel.switch.preemptive', 'point wake -> stack switch'],
    ['kernel.interrupt.latency', `interrupt request -> point ${enter}`],
    ['kernel.interrupt.exit', 'point interrupt exit -> interrupt return'],
    ['kernel.critical', 'point critical begin -> point critical end'],
    ['kernel.tick', clock],
  ];
  return probes
    .filter(([, text]) => pointsIn(text).every((point) => points.includes(point)))
    .map(([name, text]) => parseProbe(name, text, names));
}

function pointsIn(text: string): string[] {
  return text
    .split(' -> ')
    .filter((side) => side.startsWith('point '))
    .map((side) => side.slice('point '.length));
}
