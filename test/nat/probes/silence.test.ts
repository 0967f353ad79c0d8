import { describe, expect, it } from 'vitest';
import { judgeSilence } from '../../../src/nat/probes/silence.ts';

describe('silence', () => {
  it.each([
    // Nothing lost of nine: seven rounds leave 18 in a million, eight leave 8.
    [9, 9, 7, 'open'],
    [9, 9, 8, 'proven'],
    // One of seven lost: 18 rounds leave 10.2 in a million, 19 leave 7.6.
    [7, 6, 18, 'open'],
    [7, 6, 19, 'proven'],
    // Half of ten lost: 53 rounds leave 10.8 in a million, 54 leave 9.8.
    [10, 5, 53, 'open'],
    [10, 5, 54, 'proven'],
  ] as const)(
    'beside %i control sends and %i answers is, after %i rounds, %s',
    (controlSends, controlAnswers, rounds, judged) => {
      expect(judgeSilence({ rounds, controlSends, controlAnswers })).toBe(judged);
    },
  );

  it('of one round is not proven by any control', () => {
    expect(judgeSilence({ rounds: 1, controlSends: 1000, controlAnswers: 1000 })).toBe('open');
  });

  it('is never proven while the control is silent as well, and given up after eight sends', () => {
    expect(judgeSilence({ rounds: 100, controlSends: 7, controlAnswers: 0 })).toBe('open');
    expect(judgeSilence({ rounds: 100, controlSends: 8, controlAnswers: 0 })).toBe('control-mute');
  });
});
