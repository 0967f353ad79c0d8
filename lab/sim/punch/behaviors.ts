/** The nine kinds of NAT that mapping and filtering make (RFC 4787 §4.1, §5), as accesses whose ports nobody can predict. */
import { DEPENDENCIES, type Dependency } from '../../../src/nat/behavior.ts';
import { type NatProfile, SYMMETRIC } from '../../profiles.ts';
import type { NamedPeer } from './sample.ts';

const SHORT: Readonly<Record<Dependency, string>> = {
  'endpoint-independent': 'EI',
  'address-dependent': 'AD',
  'address-and-port-dependent': 'APD',
};

/** Named by mapping and filtering, such as `AD/APD`. */
export const BEHAVIOR_PEERS: readonly NamedPeer[] = DEPENDENCIES.flatMap((mapping) =>
  DEPENDENCIES.map((filtering): NamedPeer => {
    const profile: NatProfile = { ...SYMMETRIC, name: `${SHORT[mapping]}/${SHORT[filtering]}`, mapping, filtering };
    return { name: profile.name, access: { kind: 'nat', layers: [profile] } };
  }),
);
