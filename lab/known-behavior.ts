/** An access as the plan of a punch sees it, when its detection makes no mistake. */
import type { KnownBehavior, PortAssignment } from '../src/punch/attempt/techniques/choose-technique.ts';
import { type AccessProfile, observedAccess } from './profiles.ts';

const UNTOLD = { step: null, range: null } as const;

/** Null if no UDP passes. */
export function knownBehaviorOf(access: AccessProfile): KnownBehavior | null {
  const observed = observedAccess(access);
  return observed.kind === 'udp' ? { ...observed, allocation: portAssignmentOf(access) } : null;
}

/** The outermost of several layers chooses the ports. */
function portAssignmentOf(access: AccessProfile): PortAssignment {
  const nat = access.kind === 'nat' ? access.layers.at(-1) : undefined;
  switch (nat?.ports) {
    case undefined:
      return { kind: 'none', ...UNTOLD };
    case 'sequential':
      return { kind: 'sequential', step: nat?.portStep ?? 1, range: null };
    case 'socket-sequential':
      return nat.mapping === 'endpoint-independent'
        ? { kind: 'preserved', ...UNTOLD }
        : { kind: 'sequential', step: nat.portStep ?? 1, perSocket: true, range: null };
    case 'block':
      // Samples would show which ports the block has; here there are none.
      return { kind: 'random', ...UNTOLD };
    case 'preserved':
      // A mapping that depends on the destination cannot keep the port for a second one.
      return { kind: nat?.mapping === 'endpoint-independent' ? 'preserved' : 'random', ...UNTOLD };
    case 'random':
      return { kind: 'random', ...UNTOLD };
  }
}
