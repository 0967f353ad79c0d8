/** The technique that opened a path, as `natcheck punch` names it. */
import { type Endpoint, type Family, familyOf, sameEndpoint } from '../../../endpoint.ts';
import type { PairReport } from '../../../ice/checklist/pair.ts';
import type { TechniqueName } from '../techniques/choose-technique.ts';
import { isThroughRelay } from './endpoints-in-use.ts';

/**
 * `host` means that the peer was reached at the address of its own interface, `port-mapping` that one end is at a port which a
 * router has mapped on request. A second try is a `simultaneous-open` too, from fresh sockets.
 */
export type PunchTechnique = 'host' | 'port-mapping' | TechniqueName;

/** What tells which technique it was. */
export interface WinnerFacts {
  /** The technique of the plan. */
  readonly planned: TechniqueName;
  /** The family that the plan is for; over the other one there are the checks alone. */
  readonly family: Family;
  /** Whether that technique has been seen to make the pair possible, and not the checks alone. */
  readonly isByTechnique: boolean;
  /** Whether the peer's filter lets in nothing from a port that the peer has not sent to. */
  readonly isPeerStrict: boolean;
  /** The ports that the routers of the two sides have mapped on request. */
  readonly mapped: readonly Endpoint[];
}

/**
 * Returns the technique that opened the pair, from what was seen of it: the plan alone is no evidence. A probe of the peer that
 * opened its strict filter toward a port of this side, which nobody had told it, may be overtaken by all that follows.
 */
export function wonBy(
  pair: PairReport,
  { family, isByTechnique, isPeerStrict, mapped, ...facts }: WinnerFacts,
): PunchTechnique {
  const { local, remote } = pair;
  const planned = familyOf(remote.endpoint.address) === family ? facts.planned : 'simultaneous-open';
  if (isThroughRelay(pair)) return 'relay';
  const isMapped = ({ endpoint }: { readonly endpoint: Endpoint }): boolean =>
    mapped.some((one) => sameEndpoint(one, endpoint));
  if (isMapped(local) || isMapped(remote)) return 'port-mapping';
  if (isByTechnique && (planned === 'birthday' || planned === 'port-prediction')) return planned;
  if (planned === 'birthday' && isPeerStrict && local.type === 'prflx') return planned;
  return remote.type === 'host' ? 'host' : 'simultaneous-open';
}
