/** An access as it is seen from outside, and as the plan of a punch sees it, when its detection makes no mistake. */
import { DEPENDENCIES, type Dependency, found } from '../src/nat/behavior.ts';
import type { Behavior } from '../src/nat/prospect.ts';
import { type VerdictType, verdictOf } from '../src/nat/verdict.ts';
import type { KnownBehavior, PortAssignment } from '../src/punch/attempt/techniques/choose-technique.ts';
import type { AccessProfile, Ipv6Access, NatProfile } from './profiles.ts';

/** What an observer in the public network can find out about an access. */
export type ObservedAccess =
  | { readonly kind: 'udp'; readonly mapping: Dependency | 'none'; readonly filtering: Dependency }
  | { readonly kind: 'no-udp' };

/**
 * What the access is when seen from outside. Nested NATs show the most dependent mapping and the most dependent filtering
 * among them: each layer gives a new endpoint, or lets a packet in, only where those before it have not settled it.
 */
export function observedAccess(access: AccessProfile | Ipv6Access): ObservedAccess {
  switch (access.kind) {
    case 'open':
      return { kind: 'udp', mapping: 'none', filtering: 'endpoint-independent' };
    case 'firewall':
      return { kind: 'udp', mapping: 'none', filtering: access.filtering };
    case 'nat': {
      const { layers } = access;
      const mapping = mostDependent(layers.map((layer) => layer.mapping));
      const filtering = mostDependent(layers.map((layer) => layer.filtering));
      return { kind: 'udp', mapping, filtering };
    }
    case 'udp-blocked':
    case 'dropped':
      return { kind: 'no-udp' };
  }
}

/** The verdict that a perfect detection gives for that access: where TCP is dropped as well, nothing shows that the server is there. */
export function expectedVerdict(access: AccessProfile | Ipv6Access): VerdictType {
  if (access.kind === 'dropped') return 'inconclusive';
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') return 'udp-blocked';
  return verdictOf(found(observed.mapping), found(observed.filtering)).type;
}

function mostDependent(dependencies: readonly Dependency[]): Dependency {
  return DEPENDENCIES.findLast((one) => dependencies.includes(one)) ?? 'endpoint-independent';
}

const UNTOLD = { step: null, range: null } as const;
const KEPT: PortAssignment = { kind: 'preserved', ...UNTOLD };
const RANDOM: PortAssignment = { kind: 'random', ...UNTOLD };

/** Null if no UDP passes. */
export function knownBehaviorOf(access: AccessProfile | Ipv6Access): KnownBehavior | null {
  const observed = observedAccess(access);
  if (observed.kind !== 'udp') return null;
  return {
    ...observed,
    allocation: portAssignmentOf(access),
    ...(changesPort(access, observed) && { early: 'changes-port' }),
  };
}

/** Whether a detection sees that an early packet changes the port: where the mapping is stable otherwise, by the first NAT that does not let it in. */
function changesPort(access: AccessProfile | Ipv6Access, { mapping, filtering }: Behavior): boolean {
  if (access.kind !== 'nat' || mapping !== 'endpoint-independent' || filtering === 'endpoint-independent') return false;
  const first = access.layers.findLast((layer) => layer.filtering !== 'endpoint-independent');
  return first?.inboundFirst === true;
}

/** Which port the next mapping of a socket gets: its first one where mappings are stable, else that toward a new destination. */
function portAssignmentOf(access: AccessProfile | Ipv6Access): PortAssignment {
  if (access.kind !== 'nat') return { kind: 'none', ...UNTOLD };
  const isStable = access.layers.every(({ mapping }) => mapping === 'endpoint-independent');
  return access.layers.reduce(behind, isStable ? KEPT : null) ?? KEPT;
}

/** @param entering how the layers before this one choose the port; null while they keep an old mapping. */
function behind(entering: PortAssignment | null, layer: NatProfile): PortAssignment | null {
  const { ports, mapping, portStep: step = 1 } = layer;
  if (!entering && mapping === 'endpoint-independent') return null;
  switch (ports) {
    case 'sequential':
      return { kind: 'sequential', step, range: null };
    case 'socket-sequential':
      return entering ?? { kind: 'sequential', step, perSocket: true, range: null };
    case 'preserved':
      // A mapping that depends on the destination cannot keep the port for a second one.
      return entering ?? RANDOM;
    case 'block':
    case 'parity':
    // Samples would show which ports the block has; here there are none.
    case 'random':
      return RANDOM;
  }
}
