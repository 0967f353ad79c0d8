/** Pairs of sites for a test: every row with every column, each with what arithmetic says of it. */
import { behindNat } from '../../accesses.ts';
import type { NamedAccess, NatProfile } from '../../profiles.ts';
import type { Lab, LabSite } from '../lab.ts';
import { type Expectation, expectationOf } from './cell.ts';

export type Profiles = readonly (NatProfile | NamedAccess)[];

export interface NatPair {
  /** Such as `full-cone × symmetric`. */
  readonly name: string;
  /** The names of the two profiles. */
  readonly row: string;
  readonly column: string;
  /** What is right for two peers that know what a STUN server sees, and have a relay if `hasRelay` says so. */
  readonly expected: Expectation;
  /** Its two sites, in a lab of `labProfiles`. @throws RangeError when the lab has no such site. */
  sitesIn(lab: Pick<Lab, 'nat'>): { readonly a: LabSite; readonly b: LabSite };
}

/** What `startLab` takes as `profiles` for such pairs: each profile twice, so that both peers of a pair have a router of their own. */
export function labProfiles(profiles: Profiles): Profiles {
  return [...profiles, ...profiles];
}

/** All ordered pairs, row by row. @param options.hasRelay whether your software has a relay to fall back on; default: no. */
export function natPairs(
  profiles: Profiles,
  { hasRelay = false }: { readonly hasRelay?: boolean } = {},
): readonly NatPair[] {
  const accesses = profiles.map((profile): NamedAccess => ('access' in profile ? profile : behindNat(profile)));
  return accesses.flatMap((a) =>
    accesses.map((b) => ({
      name: `${a.name} × ${b.name}`,
      row: a.name,
      column: b.name,
      expected: expectationOf(a.access, b.access, { hasRelay, ipv6: [a.ipv6 ?? null, b.ipv6 ?? null] }),
      // The second site of a profile is named like this.
      sitesIn: (lab) => ({ a: lab.nat(a.name), b: lab.nat(`${b.name}-2`) }),
    })),
  );
}
