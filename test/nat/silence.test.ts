import { describe, expect, it } from 'vitest';
import { judgeSilence } from '../../src/nat/silence.ts';

describe('silence', () => {
  it('is proven by five rounds beside a control that lost nothing', () => {
    expect(judgeSilence({ rounds: 5, controlSends: 5, controlAnswers: 5 })).toBe('proven');
  });

  it('is not proven by four rounds, however good the control', () => {
    expect(judgeSilence({ rounds: 4, controlSends: 20, controlAnswers: 20 })).toBe('open');
  });

  it.each([
    // One of seven lost: (1 + 0.5) / 8 = 0.1875; six rounds leave 4 in 100,000, seven leave 8 in a million.
    [7, 6, 6, 'open'],
    [7, 6, 7, 'proven'],
    // Half of ten lost: 0.5; 16 rounds leave 15 in a million, 17 leave 8.
    [10, 5, 16, 'open'],
    [10, 5, 17, 'proven'],
  ] as const)(
    'with %i control sends and %i answers is, after %i rounds, %s',
    (controlSends, controlAnswers, rounds, judged) => {
      expect(judgeSilence({ rounds, controlSends, controlAnswers })).toBe(judged);
    },
  );

  it('is never proven while the control is silent as well, and given up after eight sends', () => {
    expect(judgeSilence({ rounds: 100, controlSends: 7, controlAnswers: 0 })).toBe('open');
    expect(judgeSilence({ rounds: 100, controlSends: 8, controlAnswers: 0 })).toBe('control-mute');
  });
});
