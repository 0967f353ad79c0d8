/** What a side is told of another when the two are introduced without a server, by the server's rules (docs/rendezvous.md). */
import { type Endpoint, type Family, familyOf } from '../endpoint.ts';
import type { ToldBehavior } from './protocol/fields.ts';
import { roleOf } from './protocol/role.ts';
import type { Introduction } from './protocol/server-message.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const satisfies readonly Family[];
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };

/** One of the two sides, as it has told of itself. */
export interface IntroducedParty {
  readonly id: string;
  /** Where its first socket is seen, and one over IPv6 beside one over IPv4. */
  readonly endpoint: Endpoint;
  readonly endpoint6?: Endpoint | undefined;
  readonly behavior: ToldBehavior;
  readonly behavior6?: ToldBehavior | undefined;
}

/** Returns what `own` is told of `peer`. */
export function introductionOf(
  own: IntroducedParty,
  peer: IntroducedParty & { readonly candidates: readonly string[] },
  { key, startInMs }: Pick<Introduction, 'key' | 'startInMs'>,
): Introduction {
  const [first, second] = waysBetween(placesOf(own), placesOf(peer));
  const way = first ?? { endpoint: peer.endpoint, behavior: peer.behavior, own: own.endpoint };
  return {
    ...{ type: 'introduction', peer: peer.id, ...way },
    ...(second && { also: second }),
    candidates: [...peer.candidates],
    role: roleOf(own, peer),
    ...{ key, startInMs: Math.round(startInMs * 10) / 10 },
  };
}

/** One side over one family. */
interface Place {
  readonly endpoint: Endpoint;
  readonly behavior: ToldBehavior;
}

type Places = Readonly<Partial<Record<Family, Place>>>;

/** The first socket counts where both are of one family. */
function placesOf({ endpoint, endpoint6, behavior, behavior6 = UNKNOWN }: IntroducedParty): Places {
  const first = [familyOf(endpoint.address), { endpoint, behavior }] as const;
  const second = endpoint6 && ([familyOf(endpoint6.address), { endpoint: endpoint6, behavior: behavior6 }] as const);
  return Object.fromEntries(second ? [second, first] : [first]);
}

/** Where both are in each family that both have, IPv4 first; none where they have none in common. */
function waysBetween(own: Places, peer: Places) {
  return FAMILIES.flatMap((family) => {
    const [here, there] = [own[family], peer[family]];
    return here && there ? [{ ...there, own: here.endpoint }] : [];
  });
}
