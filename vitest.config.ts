import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { vitestVariants } from './scripts/variants.mjs';

const library = (path: string) => ({
  alias: { bluesim: fileURLToPath(new URL(path, import.meta.url)) },
});
const SOURCES = library('src/index.ts');
// As users have it: in one file, fifteen times as fast as the sources module by module. `npm test` builds it.
const BUILT = library('dist/index.js');

// Far more than any test needs alone: on a loaded machine a time-out must not decide.
const TIME_LIMIT = 900_000;

export default defineConfig({
  plugins: [vitestVariants],
  test: {
    // Some files keep a processor busy with QEMU besides their own: more workers would only wait for each other.
    maxWorkers: 2,
    testTimeout: TIME_LIMIT,
    hookTimeout: TIME_LIMIT,
    projects: [
      {
        extends: true,
        resolve: SOURCES,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'tests/architecture/**/*.test.ts'] },
      },
      {
        extends: true,
        resolve: SOURCES,
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/architecture/**', 'tests/firmware/**'],
        },
      },
      {
        extends: true,
        resolve: BUILT,
        test: { name: 'firmware', include: ['tests/firmware/**/*.test.ts'] },
      },
    ],
  },
});
