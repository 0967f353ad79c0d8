/**
 * What two behaviours mean for a direct path, by arithmetic on mapping and filtering (RFC 4787 §4.1, §5). Each peer knows
 * the endpoint at which a server has seen the other one, and sees where packets come from that reach it.
 */
import type { Dependency } from './behavior.ts';
import type { VerdictType } from './verdict.ts';

export interface Behavior {
  readonly mapping: Dependency | 'none';
  readonly filtering: Dependency;
}

/**
 * `direct`: the checks of both sides open the pair. `asymmetric`: packets get through in both directions, but each answer
 * comes from another port than the one that was asked. `birthday`: one side's port has to be predicted, or met by chance.
 * `relay`: no port can be met by chance, so that only counters on both sides, or a relay, are left.
 */
export type Prospect = 'direct' | 'asymmetric' | 'birthday' | 'relay';

/** The four kinds of peer that a report speaks of; a symmetric NAT is taken at its strictest. */
export const CLASSIC_PEERS = {
  'full-cone': { mapping: 'endpoint-independent', filtering: 'endpoint-independent' },
  restricted: { mapping: 'endpoint-independent', filtering: 'address-dependent' },
  'port-restricted': { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' },
  symmetric: { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' },
} as const satisfies Partial<Record<VerdictType, Behavior>>;

/** Whether two peers get through to each other, the same in either order. */
export function prospectOf(a: Behavior, b: Behavior): Prospect {
  const orders = [
    [a, b],
    [b, a],
  ] as const;
  if (orders.some(([one, other]) => opensByChecks(one, other))) return 'direct';
  if (orders.some(([one, other]) => isHeardByAny(one, other))) return 'asymmetric';
  return orders.some(([one, other]) => canBeMet(one, other)) ? 'birthday' : 'relay';
}

/** Whether the endpoint that a server saw is the one that every peer will see. */
export function isStable({ mapping }: Pick<Behavior, 'mapping'>): boolean {
  return mapping === 'none' || mapping === 'endpoint-independent';
}

/**
 * Whether a packet of the other side gets in at the endpoint that the server saw, and the answer to it goes back from one
 * that does not change any more. Where both mappings depend on the port as well, there is no such endpoint: each answer
 * goes to a new port, and so comes from a new one.
 */
function opensByChecks(one: Behavior, other: Behavior): boolean {
  if (isStable(one)) return isStable(other) || !filtersPorts(one);
  if (isStable(other)) return false;
  return isHeardByAny(one, other) && (dependsOnAddress(one) || dependsOnAddress(other));
}

/** Whether `one`, whose port moves, hears whoever knows where the server saw it, and is heard from whichever port it answers. */
function isHeardByAny(one: Behavior, other: Behavior): boolean {
  return one.filtering === 'endpoint-independent' && !isStable(one) && !filtersPorts(other);
}

/**
 * Whether `one`, sending from many sockets, can be met by chance at the port that its NAT gives one of them toward the
 * other: the packet that meets it must get in, whatever port it comes from, and its answer must come from the port that was
 * met. A mapping that depends on the address alone has the same port for all ports of the other; otherwise the other has to
 * send from a port that is known before: a stable one, or the one that a filter which lets anyone in has shown.
 */
export function canBeMet(one: Behavior, other: Behavior): boolean {
  if (isStable(one)) return false;
  if (isStable(other)) return true;
  return dependsOnAddress(one) ? !filtersPorts(one) : mustBeShown(one, other);
}

/** Whether `one` can be met only once it has seen from which port the other sends to its address. */
export function mustBeShown(one: Behavior, other: Behavior): boolean {
  const isPortDependent = one.mapping === 'address-and-port-dependent';
  return isPortDependent && one.filtering === 'endpoint-independent' && dependsOnAddress(other);
}

function dependsOnAddress({ mapping }: Behavior): boolean {
  return mapping === 'address-dependent';
}

function filtersPorts({ filtering }: Behavior): boolean {
  return filtering === 'address-and-port-dependent';
}
