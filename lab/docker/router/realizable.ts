/** Which NATs the rules of a router can express, and what is said of those that they cannot. */
import type { Dependency } from '../../../src/nat/behavior.ts';
import type { AccessProfile, NatProfile, PortAssignmentKind, TranslationKind } from '../../profiles.ts';
import { canCount } from './port-table.ts';

/** The one NAT of an access. @throws Error when the lab cannot realize it. */
export function theNat({ layers }: AccessProfile & { readonly kind: 'nat' }): NatProfile {
  const [nat, ...outer] = layers;
  if (outer.length > 0) throw new Error(`${nat.name}: a router of the container lab is one NAT`);
  const unable = unrealized(nat);
  if (unable.length > 0) throw new Error(`${nat.name}: the container lab has no ${unable.join(', no ')}`);
  return nat;
}

/** What a profile asks for that the rules cannot express. */
function unrealized(profile: NatProfile): readonly string[] {
  const { mapping, filtering, ports, portStep = 1, hairpin, inboundFirst = false, translation = 'napt' } = profile;
  const isStable = mapping === 'endpoint-independent';
  const isStrict = filtering === 'address-and-port-dependent';
  return [
    ...(PORTS_OF[mapping].includes(ports) ? [] : [`${ports} ports with ${mapping} mapping`]),
    ...(ports === 'sequential' && !canCount(portStep) ? [`ports by steps of ${portStep}`] : []),
    ...(isStable || isStrict ? [] : [`${filtering} filter with ${mapping} mapping`]),
    ...(isStable || !hairpin ? [] : [`hairpinning with ${mapping} mapping`]),
    ...(inboundFirst && !(isStable && isStrict) ? [`inbound first with ${mapping} mapping, ${filtering} filter`] : []),
    ...(inboundFirst && ports !== 'preserved' ? [`inbound first with ${ports} ports`] : []),
    ...(isStable || translation === 'napt' ? [] : [`${translation} translation with ${mapping} mapping`]),
    ...TRANSLATION_LIMITS[translation](profile),
  ];
}

/** By the kind of translation. */
const TRANSLATION_LIMITS: Readonly<Record<TranslationKind, (profile: NatProfile) => readonly string[]>> = {
  napt: (profile) => (profile.poolSize > 1 ? poolLimits(profile) : []),
  static: ({ filtering, hairpin }) => [
    ...(filtering === 'address-dependent' ? [`${filtering} filter with static translation`] : []),
    ...(hairpin ? ['hairpinning with static translation'] : []),
  ],
  dynamic: ({ filtering, hairpin, poolSize, pooling }) => [
    ...(poolSize > 1 && pooling === 'arbitrary' ? [] : ['dynamic translation without an arbitrary pool']),
    ...(filtering === 'address-and-port-dependent' ? [] : [`${filtering} filter with dynamic translation`]),
    ...(hairpin ? ['hairpinning with dynamic translation'] : []),
  ],
};

/** What is learned for a filter, or for hairpinning, is learned by port alone. */
function poolLimits({ filtering, hairpin, inboundFirst, mapping, ports, pooling }: NatProfile): readonly string[] {
  const isPlain = mapping === 'address-and-port-dependent' ? ports === 'random' : ports === 'preserved';
  const isPaired = pooling === 'paired' && mapping === 'endpoint-independent';
  return [
    ...(isPlain || isPaired
      ? []
      : [`${ports} ports with ${pooling === 'paired' ? 'a paired' : 'an arbitrary'} pool of addresses`]),
    ...(filtering === 'address-and-port-dependent' ? [] : [`${filtering} filter with a pool of addresses`]),
    ...(hairpin ? ['hairpinning with a pool of addresses'] : []),
    ...(inboundFirst ? ['inbound first with a pool of addresses'] : []),
  ];
}

const PORTS_OF: Readonly<Record<Dependency, readonly PortAssignmentKind[]>> = {
  'endpoint-independent': ['preserved', 'parity', 'random'],
  'address-dependent': ['random'],
  'address-and-port-dependent': ['random', 'sequential', 'block'],
};
