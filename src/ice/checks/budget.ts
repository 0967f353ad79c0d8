/**
 * A bound on the checks to endpoints that have answered none. A peer may signal any endpoint and forge checks from any; the
 * budget is all that it can make this host send to somebody else (the STUN amplification attack of RFC 8445 §19.5.1).
 */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';

/**
 * The checks that go to one address. Port prediction checks 16 ports of one address seven times each, which is the most that an honest pair needs at once;
 * a plain punch that comes to nothing sends 14 to 28 to each address.
 */
export const CHECKS_PER_ADDRESS = 128;
/**
 * How many more go to endpoints of that address from which authentic checks have come: the others must not use up what the
 * one that is open needs, when answers are lost.
 */
export const CHECKS_IF_HEARD = 32;
/** What four such addresses take; a host with many interfaces signals a dozen, which take seven checks from each socket. */
export const CHECKS_MAX = 512;

/** What an agent takes its checks from. */
export interface CheckBudget {
  /** Whether one more check may go to an endpoint, from which an authentic one has come or not; it is counted if so. */
  readonly take: (to: Endpoint, isHeard: boolean) => boolean;
  /** Takes note that an endpoint has answered a check, and so consents to more, which are not counted. */
  readonly answered: (by: Endpoint) => void;
}

/** Makes a budget. All the agents that one peer can make a host start should share one. */
export function createCheckBudget({
  perAddress = CHECKS_PER_ADDRESS,
  total = CHECKS_MAX,
}: {
  readonly perAddress?: number;
  readonly total?: number;
} = {}): CheckBudget {
  const spent = new Map<string, number>();
  const consenting = new Set<string>();
  let left = total;
  return {
    take: (to, isHeard) => {
      if (consenting.has(formatEndpoint(to))) return true;
      const before = spent.get(to.address) ?? 0;
      if (left === 0 || before >= perAddress + (isHeard ? CHECKS_IF_HEARD : 0)) return false;
      left--;
      spent.set(to.address, before + 1);
      return true;
    },
    answered: (by) => void consenting.add(formatEndpoint(by)),
  };
}
