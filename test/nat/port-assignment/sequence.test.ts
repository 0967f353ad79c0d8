import { describe, expect, it } from 'vitest';
import { bestSequence, SEQUENCE_DOUBT, SEQUENCE_ERROR } from '../../../src/nat/port-assignment/sequence.ts';

/** The step of what is proven to be a counter, or how far it is from a proof. */
const judge = (...series: readonly number[][]): number | 'doubtful' | 'chance' => {
  const { step, chance } = bestSequence(series, ['order', 'repetition']);
  if (chance <= SEQUENCE_ERROR) return step;
  return chance <= SEQUENCE_DOUBT ? 'doubtful' : 'chance';
};
/** Ports with these increments between them. */
const counted = (first: number, ...increments: readonly number[]): number[] =>
  [0, ...increments].map((_, index) => increments.slice(0, index).reduce((port, increment) => port + increment, first));

describe('a series of ports', () => {
  it.each<[string, number[], number]>([
    ['one after the other', counted(2000, 1, 1, 1, 1, 1, 1, 1), 1],
    ['with some taken by others', counted(2000, 1, 1, 2, 1, 1, 3, 1, 1, 1), 1],
    ['by twos', counted(2000, 2, 2, 4, 2, 2, 2, 6, 2, 2), 2],
    ['downward', counted(2000, -1, -1, -1, -2, -1, -1, -1, -1), -1],
    ['of a busy NAT, by order alone', counted(2000, 310, 77, 154, 2, 401, 93, 60, 128, 212), 1],
    ['of a busy NAT that counts by fours', counted(2000, 40, 28, 112, 4, 36, 120, 44, 8, 60), 4],
    ['that begins again after the last', [65_533, 65_534, 65_535, 1024, 1025, 1026, 1027, 1028], 1],
    ['of which one was lost', counted(2000, 1, 1, 1, 2, 1, 1, 1, 1), 1],
    ['of which two changed places', [2000, 2001, 2003, 2002, 2004, 2005, 2006, 2007, 2008, 2009], 1],
    ['by twos, of which two changed places', [2000, 2004, 2002, 2006, 2008, 2010, 2012, 2014, 2016, 2018], 2],
    ['of a busy NAT, of which two changed places', counted(2000, 31, 7, 15, 40, -9, 29, 60, 12, 21, 33, 5), 1],
  ])('%s is of a counter', (_what, ports, step) => {
    expect(judge(ports)).toBe(step);
  });

  it.each<[string, number[]]>([
    ['without an order', [2000, 60_000, 40_000, 31_000, 9000, 47_000, 22_000, 51_000, 1500, 36_000]],
    ['without an order in a narrow block', [2041, 2007, 2055, 2030, 2011, 2060, 2002, 2048, 2019, 2035]],
    ['that is too short', [2000, 2001, 2002, 2003]],
    ['of one port', [2000]],
  ])('%s may be chance', (_what, ports) => {
    expect(judge(ports)).toBe('chance');
  });

  it('with two out of order among irregular ones is neither proven nor chance', () => {
    expect(judge(counted(2000, 310, 77, -350, 402, 401, 93, -460, 728, 212, 180, 99))).toBe('doubtful');
  });
});

describe('several series', () => {
  it('are of one counter each, by the same step', () => {
    expect(judge(counted(2000, 1, 1, 1), counted(50_000, 1, 2, 1), counted(9000, 1, 1, 1))).toBe(1);
  });

  it('that go different ways are chance', () => {
    expect(judge([2000, 2900, 7000], [9000, 8000, 7100], [5000, 5900, 5200])).toBe('chance');
  });
});
