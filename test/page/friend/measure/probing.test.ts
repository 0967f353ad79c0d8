/** Twenty probes, and what is known after them. */
import { describe, expect, it } from 'vitest';
import { createProbing } from '../../../../page/friend/measure/probing.ts';

/** Sends all probes at their times, and answers those that `answer` gives a round trip for. */
function probed(answer: (number: number) => number | null) {
  const probing = createProbing(1_000);
  const answers: { readonly at: number; readonly number: number }[] = [];
  let now = 1_000;
  const sentAt: number[] = [];
  while (probing.wakeAt() !== Number.POSITIVE_INFINITY) {
    now = Math.max(now, probing.wakeAt());
    for (const one of answers.splice(0)) probing.answered(one.at, one.number);
    const number = probing.next(now);
    if (number === null) continue;
    sentAt.push(now);
    const rtt = answer(number);
    if (rtt !== null) answers.push({ at: now + rtt, number });
  }
  return { result: probing.result(), sentAt, endedAt: now };
}

describe('probes', () => {
  it('go out every 100 ms, twenty of them', () => {
    const { sentAt } = probed(() => 10);
    expect(sentAt).toEqual(Array.from({ length: 20 }, (_, index) => 1_000 + 100 * index));
  });

  it('tell the least, mean and greatest round trip', () => {
    const { result } = probed((number) => (number === 7 ? 30 : 10));
    expect(result).toEqual({ probes: 20, lost: 0, rttMs: { min: 10, mean: 11, max: 30 } });
  });

  it('that are not answered within a second of the last one are lost', () => {
    const { result, endedAt } = probed((number) => (number < 5 ? 20 : null));
    expect(result).toEqual({ probes: 20, lost: 15, rttMs: { min: 20, mean: 20, max: 20 } });
    expect(endedAt).toBe(1_000 + 1_900 + 1_000);
  });

  it('of which none is answered tell no round trip', () => {
    expect(probed(() => null).result).toEqual({ probes: 20, lost: 20, rttMs: null });
  });

  it('count once, however often they are answered, and not before they were sent', () => {
    const probing = createProbing(0);
    probing.answered(0, 3);
    probing.next(0);
    probing.answered(5, 0);
    probing.answered(50, 0);
    expect(probing.result()).toEqual({ probes: 20, lost: 19, rttMs: { min: 5, mean: 5, max: 5 } });
  });
});
