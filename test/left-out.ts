/** Tells of each test that is left out, and why: vitest's own reporter keeps that to itself. */
import type { Reporter } from 'vitest/node';

export const leftOut: Reporter = {
  onTestModuleEnd(file) {
    for (const test of file.children.allTests('skipped')) {
      const result = test.result();
      const why = (result.state === 'skipped' && result.note) || 'it does not say why';
      process.stdout.write(`LEFT OUT: ${file.relativeModuleId}: ${test.fullName}: ${why}\n`);
    }
  },
};
