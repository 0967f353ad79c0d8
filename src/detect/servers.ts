/** The servers of a detection: names to addresses of one IP version, in the order in which they are known. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { mayName, scopeOf } from '../address-scope.ts';
import { type Family, familyOf } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import type { Discovery } from '../nat/discovery/discovery.ts';
import type { ServerIdentity } from '../nat/evidence.ts';
import type { Reason } from '../nat/reason.ts';
import type { DetectReport } from '../nat/report.ts';
import type { Driver } from '../net/driver.ts';
import { PUBLIC_SERVERS } from '../net/lookup/public-servers.ts';
import { createResolver, type Resolver } from '../net/lookup/resolver.ts';
import { parseServerName, refuseHalfAddress, resolveServer, type ServerName } from '../net/lookup/server-name.ts';
import { isUnanswered } from '../net/lookup/silence.ts';

/** Whoever names servers to this host makes it send to so many at most. */
const TOLD_SERVERS_MAX = 4;

type Lookup = Promise<readonly ServerIdentity[]>;

export interface Lookups {
  /** Those of the servers that the user has named, or the public ones. */
  readonly chosen: readonly Lookup[];
  /** Those of the servers that somebody else has named; none of them rejects. */
  readonly told: readonly Lookup[];
}

/** Begins to look up every name. @throws UsageError when the name of a chosen server, or the local address, is none. */
export function lookUp(
  options: {
    readonly servers?: readonly string[] | undefined;
    readonly toldServers?: readonly string[] | undefined;
    /** The wanted IP version; null takes both. */
    readonly family: Family | null;
    readonly resolver?: Resolver | undefined;
  },
  signal: AbortSignal,
): Lookups {
  const { servers = PUBLIC_SERVERS, toldServers = [], family, resolver = createResolver() } = options;
  const resolve = (name: ServerName): Lookup => resolveServer(name, { family, resolver, signal });
  const resolveTold = async (text: string): Lookup => {
    try {
      return await resolve(parseServerName(text));
    } catch {
      return [];
    }
  };
  return {
    chosen: servers.map(parseServerName).map(resolve),
    told: toldServers.slice(0, TOLD_SERVERS_MAX).map(resolveTold),
  };
}

/** @throws UsageError when the text is no address that a socket can be bound to and compared by. */
export function requireLocalAddress(local: string): void {
  if (isIP(local) === 0) throw new UsageError(`'${local}' is not an IP address`);
  refuseHalfAddress(local);
  if (ipaddr.parse(local).range() === 'unspecified') {
    throw new UsageError(`${local} stands for every address: name one of this host`);
  }
}

export type Resolved =
  | { readonly servers: readonly [ServerIdentity, ...ServerIdentity[]] }
  | { readonly reason: Reason };

/** The endpoints of whichever name is resolved first with an address of that IP version; or why no name has any. */
export async function firstResolved({ chosen }: Pick<Lookups, 'chosen'>, family: Family): Promise<Resolved> {
  const nonEmpty = chosen.map(async (lookup): Promise<Resolved> => {
    const [best, ...rest] = ofFamily(await lookup, family);
    if (!best) throw new Error('no address of the wanted family');
    return { servers: [best, ...rest] };
  });
  return Promise.any(nonEmpty).catch(({ errors }: AggregateError) => ({
    reason: errors.some(isUnanswered) ? 'dns-silent' : 'unknown-host',
  }));
}

/** Whether more servers may come than those of the name that is resolved first. */
export function areMore({ chosen, told }: Lookups): boolean {
  return chosen.length + told.length > 1;
}

/** Brings the servers whose names are resolved later into the race, and those that were told of. */
export async function addOthers(
  { chosen, told }: Lookups,
  {
    session,
    driver,
    first,
  }: { readonly session: Discovery; readonly driver: Driver<DetectReport>; readonly first: ServerIdentity },
): Promise<void> {
  const family = familyOf(first.address);
  const add = async (lookup: Lookup): Promise<void> => {
    const found = ofFamily(await lookup, family);
    driver.wake(() => {
      for (const server of found) session.addServer(server);
    });
  };
  const addTold = async (lookup: Lookup): Promise<void> => {
    const [best] = ofFamily(await lookup, family).filter(({ address }) => mayBeTold(first, address));
    if (best) driver.wake(() => session.addServer(best, 'told'));
  };
  await Promise.allSettled([...chosen.map(add), ...told.map(addTold)]);
  driver.wake(session.noMoreServers);
}

/** Whoever has named it must not have this host send to where the chosen server is not itself, such as into its own network. */
function mayBeTold(first: ServerIdentity, address: string): boolean {
  return mayName(scopeOf(first.address), scopeOf(address));
}

function ofFamily(servers: readonly ServerIdentity[], family: Family): readonly ServerIdentity[] {
  return servers.filter(({ address }) => familyOf(address) === family);
}
