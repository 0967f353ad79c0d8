/** What `--nat` chooses: a NAT, or one that is behind an access to IPv6 as well. */
import { ACCESS_NAMES, accessNamed, IPV6_ACCESS_NAMES, NAT64 } from '../../../lab/accesses.ts';
import type { NamedAccess, NatProfile } from '../../../lab/profiles.ts';
import { nearest } from '../../../lab/suggest.ts';
import { UsageError } from '../../../src/errors.ts';

/** Each is a router and its clients, and all are started at once. */
const MAX_CHOSEN = 32;

/** Returns the accesses of these names; none for none. @throws UsageError for a name that is none, or for too many. */
export function chosenAccesses(names: readonly string[] = []): readonly (NatProfile | NamedAccess)[] {
  if (names.length > MAX_CHOSEN) throw new UsageError(`--nat can be given ${MAX_CHOSEN} times at most`);
  return names.map((name) => {
    const access = accessNamed(name);
    if (access !== null) return access;
    throw new UsageError(`there is no NAT "${name}"; ${helpWith(name)}`);
  });
}

/** Names what the first part that is unknown may have been meant for. */
function helpWith(name: string): string {
  const [ipv4 = '', ipv6 = ''] = name.split('+');
  const [word, known] = ACCESS_NAMES.includes(ipv4) ? [ipv6, IPV6_ACCESS_NAMES] : [ipv4, ACCESS_NAMES];
  const meant = nearest(word, known);
  const names = ACCESS_NAMES.filter((one) => one !== NAT64.name).join(', ');
  const list = `there are ${names}, each also with +${IPV6_ACCESS_NAMES.join(', +')}, and ${NAT64.name}`;
  return meant === null ? list : `did you mean ${meant}? ${list[0]?.toUpperCase()}${list.slice(1)}`;
}
