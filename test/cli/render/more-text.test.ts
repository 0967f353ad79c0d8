import { describe, expect, it } from 'vitest';
import { hairpinText, lifetimeText } from '../../../cli/render/more-text.ts';

describe('the line on', () => {
  it.each([
    [{ supported: true, reason: null }, 'supported'],
    [
      { supported: false, reason: null },
      'not supported: two hosts behind it do not reach each other by public endpoints',
    ],
    [{ supported: null, reason: 'deadline' }, 'undetermined (deadline: time was up)'],
  ] as const)('hairpinning of %o', (hairpin, expected) => {
    expect(hairpinText(hairpin)).toBe(expected);
  });

  it.each([
    [{ atLeastS: 20, atMostS: 30, reason: null }, 'an idle mapping lives 20 to 30 s'],
    [{ atLeastS: 0, atMostS: 10, reason: null }, 'an idle mapping lives less than 10 s'],
    [{ atLeastS: 180, atMostS: null, reason: null }, 'an idle mapping lives 180 s or longer'],
    [
      { atLeastS: 45, atMostS: null, reason: 'too-much-loss' },
      'an idle mapping lives 45 s or longer (too-much-loss: too many packets were lost to tell silence from loss)',
    ],
    [{ atLeastS: null, atMostS: null, reason: 'deadline' }, 'undetermined (deadline: time was up)'],
  ] as const)('the lifetime of %o', (lifetime, expected) => {
    expect(lifetimeText(lifetime)).toBe(expected);
  });
});
