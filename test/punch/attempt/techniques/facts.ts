/** A technique taken out of its attempt: what it wants is kept, and an agent of its own is beside it. */
import { createHash } from 'node:crypto';
import { createIceAgent } from '../../../../src/ice/agent.ts';
import type { Role } from '../../../../src/ice/role.ts';
import type { PortAssignment } from '../../../../src/punch/attempt/techniques/choose-technique.ts';
import type { TechniqueFacts, TechniqueOutput } from '../../../../src/punch/attempt/techniques/technique.ts';
import { iceCredentials } from '../../../../src/rendezvous/protocol/ice-credentials.ts';

export const SERVER = { address: '203.0.113.10', port: 3478 };
export const PEER_ENDPOINT = { address: '198.51.100.7', port: 7007 };
const KEY = 'k'.repeat(43);
export const RANDOM: PortAssignment = { kind: 'random', step: null, range: null };

/** Bytes that differ each time, and are the same in every run. */
export function countedBytes(): (length: number) => Uint8Array {
  let calls = 0;
  return (length) => new Uint8Array(createHash('sha256').update(String(calls++)).digest().subarray(0, length));
}

export function createFacts(options: {
  readonly own: { readonly isMoving: boolean; readonly allocation: PortAssignment };
  readonly other: { readonly isMoving: boolean; readonly isSpoilt?: boolean; readonly allocation: PortAssignment };
  readonly isShown?: boolean;
  readonly role?: Role;
}): { readonly facts: TechniqueFacts; readonly taken: () => readonly TechniqueOutput[] } {
  const { role = 'controlled' } = options;
  const randomBytes = countedBytes();
  const credentials = {
    own: iceCredentials(KEY, role),
    other: iceCredentials(KEY, role === 'controlled' ? 'controlling' : 'controlled'),
  };
  const agent = createIceAgent({ role, credentials: credentials.own, randomBytes });
  agent.addLocalCandidate({ type: 'host', socket: 'punch', endpoint: { address: '10.0.0.2', port: 4000 } });
  const outputs: TechniqueOutput[] = [];
  let draws = 0;
  return {
    facts: {
      agent,
      peer: PEER_ENDPOINT,
      isShown: options.isShown ?? false,
      server: SERVER,
      own: { ...options.own, credentials: credentials.own },
      other: { ...options.other, credentials: credentials.other },
      startAt: 1000,
      randomBytes,
      randomInteger: (below) => (draws++ * 7919) % below,
      emit: (output) => void outputs.push(output),
    },
    taken: () => outputs.splice(0),
  };
}
