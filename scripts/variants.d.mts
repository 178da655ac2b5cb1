import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin } from 'vite';

export function compileVariant(
  source: string,
  variant: 'plain' | 'timed' | 'observed',
): Promise<{ code: string; map: string }>;
export const esbuildVariants: EsbuildPlugin;
export const vitestVariants: Plugin;
