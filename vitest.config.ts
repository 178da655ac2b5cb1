import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { vitestVariants } from './scripts/variants.mjs';

export default defineConfig({
  plugins: [vitestVariants],
  resolve: { alias: { bluesim: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: { include: ['src/**/*.test.ts', 'tests/**/*.test.ts'] },
});
