/** What the technique for a pair is chosen by: how a side's NAT behaves, as far as that side has told it. */
import { DEPENDENCIES } from '../../nat/behavior.ts';
import { isStable } from '../../nat/prospect.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import type { KnownBehavior, PortAssignment } from './techniques/choose-technique.ts';

const NOTHING_KNOWN: PortAssignment = { kind: 'undetermined', step: null, range: null };

/** Returns null where too little is known. A destination-dependent mapping is enough by itself; a stable one needs a known filter. */
export function knownBehavior(told: ToldBehavior): KnownBehavior | null {
  const { mapping, filtering } = told;
  if (mapping === 'undetermined') return null;
  const rest = { mapping, ...othersOf(told) };
  if (filtering !== 'undetermined' && filtering !== 'none') return { ...rest, filtering };
  return isStable({ mapping }) ? null : { ...rest, filtering: 'address-and-port-dependent' };
}

/** What is told beside the mapping and the filtering. */
function othersOf({ allocation = NOTHING_KNOWN, early }: ToldBehavior): Pick<KnownBehavior, 'allocation' | 'early'> {
  return { allocation, ...(early && { early }) };
}

/**
 * Returns the behaviours of two sides as their part in the punch goes by them. Too little about one side does not hold up
 * a technique for a moving other one: it is taken for stable, since no technique opens the pair if it is not, and its filter
 * for the strictest, since a looser one opens as well. Where servers with one address have shown that one side is stable, and
 * not what the other one is, that one is taken for moving: the checks open the pair meanwhile if it is stable. Null where too
 * little is known all the same.
 */
export function assumedPair(
  own: ToldBehavior,
  peer: ToldBehavior,
): readonly [KnownBehavior | null, KnownBehavior | null] {
  const [a, b] = [knownBehavior(own), knownBehavior(peer)];
  if (a && !b && !isStable(a)) return [a, assumedBehavior(peer)];
  if (b && !a && !isStable(b)) return [assumedBehavior(own), b];
  if (isDoubtful(own, peer)) return [DOUBTED, assumedBehavior(peer)];
  if (isDoubtful(peer, own)) return [assumedBehavior(own), DOUBTED];
  return [a, b];
}

/** The strictest behaviour, of whose ports nothing is known. */
const DOUBTED: KnownBehavior = {
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  allocation: NOTHING_KNOWN,
};

/**
 * Whether nothing is known of the first side, but of the other one what servers with one address can show, that it is
 * stable. The two ask the same servers, so that these probably do not see the first side alike.
 */
export function isDoubtful(side: ToldBehavior, other: ToldBehavior): boolean {
  const isUnknown = side.mapping === 'undetermined' && side.filtering === 'undetermined';
  return (
    isUnknown &&
    other.mapping !== 'undetermined' &&
    isStable({ mapping: other.mapping }) &&
    other.filtering === 'undetermined'
  );
}

/** Nothing is assumed of a side that tells what no NAT does: of a filter that is none. */
function assumedBehavior(told: ToldBehavior): KnownBehavior | null {
  const { mapping, filtering } = told;
  if (filtering === 'none') return null;
  return {
    mapping: mapping === 'undetermined' ? 'endpoint-independent' : mapping,
    filtering: filtering === 'undetermined' ? 'address-and-port-dependent' : filtering,
    ...othersOf(told),
  };
}

/** Every behaviour that fits what is told: one, unless too little is known. */
export function possibleBehaviors(told: ToldBehavior): readonly KnownBehavior[] {
  const known = knownBehavior(told);
  if (known) return [known];
  const mappings = told.mapping === 'undetermined' ? DEPENDENCIES : [told.mapping];
  const filterings = told.filtering === 'undetermined' || told.filtering === 'none' ? DEPENDENCIES : [told.filtering];
  return mappings.flatMap((mapping) => filterings.map((filtering) => ({ mapping, filtering, ...othersOf(told) })));
}
