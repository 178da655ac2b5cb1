import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { vitestVariants } from './scripts/variants.mjs';

// Far more than any test needs alone: on a loaded machine a time-out must not decide.
const TIME_LIMIT = 180_000;

export default defineConfig({
  plugins: [vitestVariants],
  resolve: { alias: { bluesim: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    // Some files keep a processor busy with QEMU besides their own: more workers would only wait for each other.
    maxWorkers: 2,
    testTimeout: TIME_LIMIT,
    hookTimeout: TIME_LIMIT,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'tests/architecture/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'system', include: ['tests/**/*.test.ts'], exclude: ['tests/architecture/**'] },
      },
    ],
  },
});
