/** An access as the plan of a punch sees it, when its detection makes no mistake. */
import type { Behavior } from '../src/nat/prospect.ts';
import type { KnownBehavior, PortAssignment } from '../src/punch/attempt/techniques/choose-technique.ts';
import { type AccessProfile, type Ipv6Access, type NatProfile, observedAccess } from './profiles.ts';

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
