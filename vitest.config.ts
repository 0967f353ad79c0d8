import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leftOut } from './test/left-out.ts';

/** Beside what Vite keeps; each source has one entry there. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));
/** A lab and its programs keep more than half a core busy. */
const CONTAINER_WORKERS = 2;
/** A condition is waited for as long as a test may take at all, however busy the machine is. */
const TEST_TIMEOUT_MS = 60_000;
/** Some start labs, of which each takes up to half a minute on two busy cores. */
const CONTAINER_TIMEOUT_MS = 180_000;
const CONTAINER_TESTS = 'test/**/*.container.test.ts';

export default defineConfig({
  test: {
    // Many tests wait for sockets and child processes: more of them than cores go at once.
    maxWorkers: 4,
    reporters: ['default', leftOut],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/cli/built.ts'],
          exclude: [CONTAINER_TESTS],
          // No test changes what is global to its process; a process of its own for each file takes longer than most files.
          isolate: false,
          setupFiles: ['test/owner/setup.ts'],
          // Hundreds of processes load the same sources: the first ones compile them for all. Nothing is left in anybody's home.
          env: { NODE_COMPILE_CACHE },
          testTimeout: TEST_TIMEOUT_MS,
          expect: { poll: { timeout: TEST_TIMEOUT_MS } },
        },
      },
      {
        test: {
          name: 'container',
          include: [CONTAINER_TESTS],
          // What a file leaves behind, a lab above all, it gives back itself; a process of its own takes a second to start.
          isolate: false,
          env: { NODE_COMPILE_CACHE },
          globalSetup: ['test/cli/built.ts', 'test/lab/docker/setup.ts'],
          testTimeout: CONTAINER_TIMEOUT_MS,
          expect: { poll: { timeout: CONTAINER_TIMEOUT_MS } },
          hookTimeout: 300_000,
          // A lab waits more than it computes; each has addresses of its own on the engine.
          maxWorkers: CONTAINER_WORKERS,
          // The fast tests come first: theirs are other workers.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
