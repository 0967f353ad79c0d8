/** How much a rate of success can be relied upon. */

/** The 97.5 % quantile of the normal distribution: 2.5 % are left out on either side. */
const Z = 1.959964;

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Returns Wilson's 95 % interval of a probability, from `successes` in `tries` of at least one (E. B. Wilson, Probable
 * inference, the law of succession, and statistical inference, JASA 22 (1927), p. 209). It keeps to what it promises for
 * few tries and for rates near 0 and 1 as well, where the usual ± does not.
 */
export function wilsonInterval(successes: number, tries: number): Interval {
  const rate = successes / tries;
  const scale = 1 + Z ** 2 / tries;
  const center = (rate + Z ** 2 / (2 * tries)) / scale;
  const half = (Z * Math.sqrt((rate * (1 - rate)) / tries + Z ** 2 / (4 * tries ** 2))) / scale;
  return { from: Math.max(0, center - half), to: Math.min(1, center + half) };
}
