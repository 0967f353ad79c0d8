/** Runs before each file of tests. */
import { afterEach, aroundEach, expect } from 'vitest';
import { withOwner } from './owned-by-test.ts';

const KEPT = Symbol.for('natcheck.test.setTimeout');
const kept = globalThis as { [KEPT]?: typeof setTimeout };
/** Files share a process: that of the first one is real. */
kept[KEPT] ??= setTimeout;

aroundEach(withOwner);
// Whoever comes later in the same process would wait for ever.
afterEach(() => expect(setTimeout, 'fake timers are left behind').toBe(kept[KEPT]));
