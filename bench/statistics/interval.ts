/** The exact confidence interval of a share (Clopper and Pearson 1934). */

const CONFIDENCE = 0.99;

/** Returns the interval of the share that is behind so many successes, with equal tails. */
export function exactInterval(successes: number, count: number): readonly [number, number] {
  const tail = (1 - CONFIDENCE) / 2;
  const low = successes === 0 ? 0 : solve((p) => 1 - atMost(successes - 1, { count, p }) - tail);
  const high = successes === count ? 1 : solve((p) => tail - atMost(successes, { count, p }));
  return [low, high];
}

/** Finds the p at which a rising function is 0. */
function solve(rising: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Returns P(X <= k) of the binomial distribution, summed in logarithms. */
function atMost(k: number, { count, p }: { readonly count: number; readonly p: number }): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= count ? 1 : 0;
  let logTerm = count * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 0; i < k; i++) {
    logTerm += Math.log((count - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}
