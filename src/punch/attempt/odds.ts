/** A probability in words, never rounded up to certainty. */

/** Such as `50 %`, `98.3 %`, `99.9999935 %`, `100 %`. */
export function formatOdds(probability: number): string {
  if (probability >= 1) return '100 %';
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(1 - probability)) - 1));
  return `${(100 * probability).toFixed(decimals)} %`;
}
