/**
 * Returns which of the datagrams a router drops for a loss of so many percent: every n-th, where n is 100 / percent, rounded;
 * 0 for none. So 5 % is every 20th, 50 % every second, and 30 % every third, which is 33 %.
 * @param percent from 0 to 50.
 */
export function everyNth(percent: number): number {
  return percent === 0 ? 0 : Math.round(100 / percent);
}
