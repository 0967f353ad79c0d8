import { describe, expect, it } from 'vitest';
import { portsText } from '../../../cli/render/ports-text.ts';
import type { PortAssignmentSample } from '../../../src/nat/evidence.ts';
import { type PortPattern, patternOf, undeterminedPorts } from '../../../src/nat/port-assignment/pattern.ts';
import type { Pooling } from '../../../src/nat/port-assignment/pooling.ts';

const SAMPLE: PortAssignmentSample = {
  socket: 'allocation-1',
  internalPort: 50_000,
  to: '203.0.113.10:3478',
  address: '198.51.100.1',
  port: 2000,
  atMs: 40,
};
const ONE_ADDRESS: Pooling = { behavior: 'one-address', reason: null };
const text = (pattern: PortPattern, pooling: Pooling = ONE_ADDRESS): string =>
  portsText({ allocation: { ...pattern, samples: Array(12).fill(SAMPLE) }, pooling });

describe('the line on ports', () => {
  it.each<[PortPattern, string]>([
    [patternOf('none'), 'not translated'],
    [patternOf('preserved'), 'preserved, the same as on this machine (from 12 mappings)'],
    [{ kind: 'sequential', step: -2, range: null, reason: null }, 'sequential, step -2 (from 12 mappings)'],
    [
      { kind: 'range', step: null, range: { first: 2048, last: 3071 }, reason: null },
      'any port from about 2048 to 3071 (from 12 mappings)',
    ],
    [patternOf('random'), 'random (from 12 mappings)'],
    [undeterminedPorts('deadline'), 'undetermined (deadline: the time limit was reached first)'],
  ])('of %o', (pattern, expected) => {
    expect(text(pattern)).toBe(expected);
  });

  it('names a pool whose addresses are given out at will', () => {
    const arbitrary: Pooling = { behavior: 'arbitrary', reason: null };
    expect(text(patternOf('random'), arbitrary)).toBe('random (from 12 mappings), on any of several public addresses');
  });
});
