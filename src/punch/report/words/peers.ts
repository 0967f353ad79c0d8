/** What a punch would do for this side and each kind of peer: the technique and its odds, by the table that plans the punch. */
import { CLASSIC_PEERS } from '../../../nat/prospect.ts';
import type { FamilyReport } from '../../../nat/report.ts';
import { knownBehavior } from '../../attempt/known-behavior.ts';
import {
  chooseTechnique,
  type KnownBehavior,
  type PortAssignment,
  type TechniqueChoice,
} from '../../attempt/techniques/choose-technique.ts';

const RANDOM: PortAssignment = { kind: 'random', step: null, range: null };
const COUNTED: PortAssignment = { kind: 'sequential', step: 1, range: null };

const PEERS: readonly (readonly [name: string, KnownBehavior])[] = [
  ['full-cone', { ...CLASSIC_PEERS['full-cone'], allocation: RANDOM }],
  ['restricted', { ...CLASSIC_PEERS.restricted, allocation: RANDOM }],
  ['port-restricted', { ...CLASSIC_PEERS['port-restricted'], allocation: RANDOM }],
  ['symmetric, ports counted up', { ...CLASSIC_PEERS.symmetric, allocation: COUNTED }],
  ['symmetric, random ports', { ...CLASSIC_PEERS.symmetric, allocation: RANDOM }],
];

const NO_UDP: TechniqueChoice = { technique: 'relay', probability: 0, packets: 0, seconds: 0 };

/** Returns each kind of peer with the choice for it, or null when too little is known. */
export function peerChoices({
  verdict,
  mapping,
  filtering,
  allocation,
  early,
}: FamilyReport): readonly (readonly [name: string, TechniqueChoice])[] | null {
  if (verdict.type === 'udp-blocked') return PEERS.map(([name]) => [name, NO_UDP]);
  if (verdict.type === 'inconclusive') return null;
  // A symmetric verdict stands even if it is not known what exactly the mapping depends on: it is taken at its strictest.
  const behavior = mapping.behavior === 'undetermined' ? 'address-and-port-dependent' : mapping.behavior;
  const mine = knownBehavior({
    mapping: behavior,
    filtering: filtering.behavior,
    allocation,
    ...(early?.behavior === 'changes-port' && { early: early.behavior }),
  });
  return mine && PEERS.map(([name, peer]) => [name, chooseTechnique(mine, peer)]);
}
