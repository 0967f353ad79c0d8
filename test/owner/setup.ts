/** Runs before each file of tests. */
import { aroundEach } from 'vitest';
import { withOwner } from './owned-by-test.ts';

aroundEach(withOwner);
