/** Chooses which of the relays that there are a room gets: by nearness where that is told, then by load. */
import type { RelayOffer } from './offer.ts';

export interface Choosing {
  /** How many to choose. */
  readonly count: number;
  /** The names of those that were chosen last, which stay as long as they may be handed out. */
  readonly last: readonly string[];
  /** The region that is near; null where that is not told. */
  readonly near: string | null;
  /** Gives a number from 0 to below 1. */
  readonly random: () => number;
}

/** A relay that has all that it may have. */
const FULL = 1;

/** Returns as many of the relays as are asked for, the best first; all of them where there are no more. */
export function chooseRelays<Offer extends RelayOffer>(
  relays: readonly Offer[],
  { count, last, near, random }: Choosing,
): readonly Offer[] {
  const isFree = ({ load }: Offer): boolean => load === null || load < FULL;
  const isNear = ({ region }: Offer): boolean => region !== null && region === near;
  const chosen = last.flatMap((name) => relays.find((one) => one.name === name && isFree(one)) ?? []).slice(0, count);
  while (chosen.length < count) {
    const left = relays.filter((one) => !chosen.includes(one));
    const tiers = [
      left.filter((one) => isFree(one) && isNear(one)),
      left.filter(isFree),
      // A full one refuses some, and is better than none.
      left.filter((one) => chosen.length === 0 && last.includes(one.name)),
      left.filter(isNear),
      left,
    ];
    const next = lighterOfTwo(tiers.find((tier) => tier.length > 0) ?? [], random);
    if (!next) break;
    chosen.push(next);
  }
  return chosen;
}

/**
 * Returns the lighter of two that are drawn, rather than the lightest of all: what is known of the loads is old, and
 * everybody knows the same (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 1996).
 */
function lighterOfTwo<Offer extends RelayOffer>(relays: readonly Offer[], random: () => number): Offer | undefined {
  if (relays.length < 2) return relays[0];
  const first = Math.floor(random() * relays.length);
  const step = 1 + Math.floor(random() * (relays.length - 1));
  const [one, other] = [relays[first], relays[(first + step) % relays.length]];
  const isLighter = one && other && one.load !== null && other.load !== null && other.load < one.load;
  return isLighter ? other : one;
}
