/** Names of accesses, and of sets of them, each also with what is done with IPv6: `symmetric`, `hard+ipv6-firewall`. */

import { ACCESS_NAMES, ALL_ACCESSES, accessNamed, behindNat, IPV6_ACCESS_NAMES, UNTRANSLATED } from '../../accesses.ts';
import { FURTHER_NATS } from '../../further-nats.ts';
import { CLASSIC_NATS, HARD_NATS, type NamedAccess, type NatProfile, TRANSLATIONS } from '../../profiles.ts';
import { nearest } from '../../suggest.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

const SETS: ReadonlyMap<string, readonly (NatProfile | NamedAccess)[]> = new Map([
  ['classic', CLASSIC_NATS],
  ['hard', HARD_NATS],
  ['untranslated', UNTRANSLATED],
  ['further', FURTHER_NATS],
  ['translations', TRANSLATIONS],
  ['all', ALL_ACCESSES],
]);

export const SET_NAMES: readonly string[] = [...SETS.keys()];

/** The accesses of that name: one, or those of a set in their order. */
export function accessesNamed(text: string): Parsed<readonly NamedAccess[]> {
  const [first = '', ...rest] = text.split('+');
  const named = (SETS.get(first) ?? [{ name: first }]).map(({ name }) => accessNamed([name, ...rest].join('+')));
  const known = named.filter((one) => one !== null);
  if (known.length < named.length) return refused(unknownName(text, [...SET_NAMES, ...ACCESS_NAMES]));
  return parsed(known.map(asNamed));
}

/** The one access of that name. */
export function oneAccessNamed(text: string): Parsed<NamedAccess> {
  const access = accessNamed(text);
  if (access) return parsed(asNamed(access));
  return refused(SETS.has(text) ? `${text} is a set, and one access is needed here` : unknownName(text, ACCESS_NAMES));
}

function asNamed(one: NatProfile | NamedAccess): NamedAccess {
  return 'access' in one ? one : behindNat(one);
}

/** Says what the first part that is unknown may have been meant for. */
function unknownName(text: string, names: readonly string[]): string {
  const [ipv4 = '', ipv6 = ''] = text.split('+');
  const [word, known] = names.includes(ipv4) ? [ipv6, IPV6_ACCESS_NAMES] : [ipv4, names];
  const meant = nearest(word, known);
  return meant === null
    ? `there is no access ${text}; there are ${known.join(', ')}`
    : `there is no access ${text}; did you mean ${text.replace(word, meant)}?`;
}
