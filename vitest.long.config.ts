import { defineConfig } from 'vitest/config';

/** The tests that take minutes: `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    passWithNoTests: true,
    reporters: ['default'],
  },
});
