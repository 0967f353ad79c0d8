/** Accesses drawn at random, for simulated runs in which anything may stand before a host: NATs of every kind, or a firewall. */
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import type { AccessProfile, NatProfile, PortAssignmentKind } from '../../profiles.ts';
import type { Random } from '../network/random.ts';

const LIFETIME_MS = 120_000;

/** `nested` is two NATs in a row. */
export type DrawnKind = 'open' | 'firewall' | 'nat' | 'nested';

type Some<T> = readonly [T, ...T[]];

/** Draws from the kinds, and for a NAT from the port assignments, each as often as it is named. */
export function drawAccess(
  random: Random,
  { kinds, ports }: { readonly kinds: Some<DrawnKind>; readonly ports: Some<PortAssignmentKind> },
): AccessProfile {
  switch (random.pick(kinds)) {
    case 'open':
      return { kind: 'open' };
    case 'firewall':
      return { kind: 'firewall', filtering: random.pick(DEPENDENCIES), lifetimeMs: LIFETIME_MS };
    case 'nested':
      return { kind: 'nat', layers: [drawNat(random, ports), drawNat(random, ports)] };
    case 'nat':
      return { kind: 'nat', layers: [drawNat(random, ports)] };
  }
}

function drawNat(random: Random, ports: Some<PortAssignmentKind>): NatProfile {
  return {
    name: 'random',
    mapping: random.pick(DEPENDENCIES),
    filtering: random.pick(DEPENDENCIES),
    ports: random.pick(ports),
    lifetimeMs: LIFETIME_MS,
    hairpin: false,
    poolSize: 1,
    pooling: 'paired',
  };
}
