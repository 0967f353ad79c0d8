import { defineConfig } from 'vitest/config';

const CONTAINER_TESTS = 'test/**/*.container.test.ts';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: [CONTAINER_TESTS], testTimeout: 20_000 } },
      {
        test: {
          name: 'container',
          include: [CONTAINER_TESTS],
          globalSetup: ['test/lab/docker/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
