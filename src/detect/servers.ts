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

/** What a server tells of itself: its other UDP port, and STUN servers of others, as `HOST[:PORT]`. */
export interface ToldServers {
  readonly altPort: number;
  readonly servers: readonly string[];
}

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
  return {
    chosen: servers.map(parseServerName).map(resolve),
    told: lookUpTold(toldServers, { family, resolver, signal }),
  };
}

/** Begins to look up the first of these names, which somebody else has named; none of the lookups rejects. */
export function lookUpTold(
  names: readonly string[],
  options: { readonly family: Family | null; readonly resolver?: Resolver | undefined; readonly signal: AbortSignal },
): readonly Lookup[] {
  const { family, resolver = createResolver(), signal } = options;
  const resolve = async (text: string): Lookup => {
    try {
      return await resolveServer(parseServerName(text), { family, resolver, signal });
    } catch {
      return [];
    }
  };
  return names.slice(0, TOLD_SERVERS_MAX).map(resolve);
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
export async function addOthers({ chosen, told }: Lookups, { session, driver, first }: Running): Promise<void> {
  const family = familyOf(first.address);
  const add = async (lookup: Lookup): Promise<void> => {
    const found = ofFamily(await lookup, family);
    driver.wake(() => {
      for (const server of found) session.addServer(server);
    });
  };
  await Promise.allSettled([...chosen.map(add), addTold(told, { session, driver, first })]);
  driver.wake(session.noMoreServers);
}

interface Running {
  readonly session: Discovery;
  readonly driver: Driver<DetectReport>;
  readonly first: ServerIdentity;
}

async function addTold(told: readonly Lookup[], { session, driver, first }: Running): Promise<void> {
  const add = async (lookup: Lookup): Promise<void> => {
    const named = ofFamily(await lookup, familyOf(first.address));
    const best = named.find(({ address }) => mayBeTold(first, address));
    if (best) driver.wake(() => session.addServer(best, 'told'));
  };
  await Promise.allSettled(told.map(add));
}

/** What comes later than the detection begins, and how its names are looked up. */
export interface Later {
  readonly told: Promise<ToldServers | null>;
  readonly lookUp: (names: readonly string[]) => readonly Lookup[];
}

/** Brings in what a server tells once the detection is under way. */
export async function addLater({ told, lookUp }: Later, running: Running): Promise<void> {
  const { session, driver } = running;
  const known = await told;
  if (known) {
    driver.wake(() => session.setAltPort(known.altPort));
    await addTold(lookUp(known.servers), running);
  }
  driver.wake(session.noMoreTold);
}

/** Whoever has named it must not have this host send to where the chosen server is not itself, such as into its own network. */
function mayBeTold(first: ServerIdentity, address: string): boolean {
  return mayName(scopeOf(first.address), scopeOf(address));
}

function ofFamily(servers: readonly ServerIdentity[], family: Family): readonly ServerIdentity[] {
  return servers.filter(({ address }) => familyOf(address) === family);
}
