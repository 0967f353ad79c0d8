import { describe, expect, it } from 'vitest';
import { createProbe, type Probe } from '../../../src/nat/probes/probe.ts';
import { isMute, judgeSilence } from '../../../src/nat/probes/silence.ts';

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

  it('of the control says nothing while the companions are silent as well', () => {
    expect(judgeSilence({ rounds: 7, controlSends: 100, controlAnswers: 0 })).toBe('open');
    expect(judgeSilence({ rounds: 8, controlSends: 100, controlAnswers: 0 })).toBe('control-mute');
  });
});

describe('a question that was asked in vain', () => {
  const to = { address: '203.0.113.10', port: 3478 };
  const sent = (times: readonly number[], answered: readonly number[] = []): Probe => {
    const probe = createProbe({ test: 'x.y', socket: 'x', to });
    probe.sends.push(...times.map((at) => ({ at, answeredAt: answered.includes(at) ? at + 1 : null })));
    return probe;
  };
  const TIMES = [10, 20, 30, 40, 50, 60, 70];

  it.each([
    ['mute, beside seven companions that were answered', TIMES, true],
    ['not mute, beside six of seven', TIMES.slice(1), false],
    ['not mute, beside companions that were answered before it', [1, 2, 3, 4, 5, 6, 7], false],
  ])('is %s', (_what, answered, isIt) => {
    expect(isMute(sent(TIMES), sent([1, 2, 3, 4, 5, 6, 7, ...TIMES], answered))).toBe(isIt);
  });

  it('is mute beside 18 of 20 companions', () => {
    const times = Array.from({ length: 20 }, (_, index) => 10 + 3 * index);
    expect(isMute(sent(TIMES), sent(times, times.slice(0, 18)))).toBe(true);
    expect(isMute(sent(TIMES), sent(times, times.slice(0, 15)))).toBe(false);
  });
});
