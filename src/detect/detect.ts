/** Detection over the real network: names to addresses, sockets on the right interface, one discovery session. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type Family, familyOf } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import { createDiscovery, type Discovery, type DiscoveryOptions } from '../nat/discovery/discovery.ts';
import { isToBeRepeated } from '../nat/discovery/spoiled.ts';
import { unreachableReport } from '../nat/discovery/unreachable.ts';
import { DETECT_SOCKETS, type ServerIdentity } from '../nat/evidence.ts';
import type { Reason } from '../nat/reason.ts';
import type { DetectReport } from '../nat/report.ts';
import { type Driver, now, startDriver } from '../net/driver.ts';
import { limitLookups } from '../net/lookup/limit.ts';
import { PUBLIC_SERVERS } from '../net/lookup/public-servers.ts';
import { createResolver, type Resolver } from '../net/lookup/resolver.ts';
import { parseServerName, resolveServer } from '../net/lookup/server-name.ts';
import { isUnanswered } from '../net/lookup/silence.ts';
import { localAddressToward } from '../net/udp-socket.ts';
import { DEFAULT_HTTP_PORT } from '../ports.ts';
import { type ExtraTestOptions, runExtraTests } from './extra-tests.ts';
import { openSockets } from './sockets.ts';

/** Longer than any path with one answer in seven needs; a verdict mostly takes a few round trips. */
export const DETECT_TIMEOUT_MS = 10_000;

export interface DetectOptions extends ExtraTestOptions {
  /** `HOST`, `HOST:PORT` or `[IPv6]:PORT`; public servers when none is given. Several are asked at once. */
  readonly servers?: readonly string[] | undefined;
  /** What is not known after this time is undetermined; 10,000 ms by default. Name lookups are part of it. */
  readonly timeoutMs?: number | undefined;
  /** The address of the local interface to use; by default the one that routes to the server. */
  readonly local?: string | undefined;
  /** IPv4 by default where the server has it. */
  readonly family?: Family | undefined;
  /** The server's TCP port that tells a blocked UDP from a dead server; 3480 by default. */
  readonly httpPort?: number | undefined;
  readonly resolver?: Resolver | undefined;
}

/**
 * Finds how the NAT or firewall between this machine and the server behaves (RFC 4787, by the tests of RFC 5780).
 *
 * Network outcomes (no answer, blocked, undetermined) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used: a server name that is none, a local address of another host.
 * @throws the signal's reason when aborted.
 */
export async function detect(options: DetectOptions = {}): Promise<DetectReport> {
  const { timeoutMs = DETECT_TIMEOUT_MS } = options;
  const report = await discover({ ...options, timeoutMs });
  return { ...report, ...(await runExtraTests(report, { ...options, timeoutMs })) };
}

async function discover(options: DetectOptions & { readonly timeoutMs: number }): Promise<DetectReport> {
  const { timeoutMs, httpPort = DEFAULT_HTTP_PORT, signal } = options;
  signal?.throwIfAborted();
  const startedAt = now();
  using limit = limitLookups(timeoutMs, signal);
  const lookups = lookUp(options, limit.signal);
  const first = await firstResolved(lookups);
  signal?.throwIfAborted();
  if ('reason' in first) return unreachableReport(first.reason, now() - startedAt);
  const { servers } = first;
  const [server] = servers;
  const local = options.local ?? (await localAddressToward(server).catch(() => null));
  if (local === null) return unreachableReport('no-route', now() - startedAt, server);

  const deadline = startedAt + timeoutMs;
  const begin = (at: number): Promise<DetectReport> =>
    runDiscovery({ local, servers, lookups, httpPort, signal, now: at, timeoutMs: deadline - at });
  let report = await begin(startedAt);
  for (let made = 1; isToBeRepeated(report, made) && now() < deadline; made++) report = await begin(now());
  return { ...report, elapsedMs: Math.round(now() - startedAt) };
}

/** Runs one discovery on new sockets. */
async function runDiscovery({
  local,
  lookups,
  signal,
  ...options
}: Pick<DiscoveryOptions, 'servers' | 'httpPort' | 'now' | 'timeoutMs'> & {
  readonly local: string;
  readonly lookups: readonly Lookup[];
  readonly signal: AbortSignal | undefined;
}): Promise<DetectReport> {
  await using sockets = await openSockets(local, DETECT_SOCKETS);
  const moreServers = lookups.length > 1;
  const session = createDiscovery({ ...options, local: sockets.bound, moreServers, randomBytes });
  const driver = startDriver({ session, sockets: sockets.byName, signal });
  if (moreServers) void addOthers(lookups, { session, driver, family: familyOf(local) });
  return await driver.result;
}

type Lookup = Promise<readonly ServerIdentity[]>;

/** @throws UsageError when a server's or the local address's text is none. */
function lookUp(options: DetectOptions, signal: AbortSignal): readonly Lookup[] {
  const { servers = PUBLIC_SERVERS, local, resolver = createResolver() } = options;
  if (local !== undefined && isIP(local) === 0) throw new UsageError(`'${local}' is not an IP address`);
  if (local !== undefined && ipaddr.parse(local).range() === 'unspecified') {
    throw new UsageError(`${local} stands for every address: name one of this host`);
  }
  const family = options.family ?? (local === undefined ? null : familyOf(local));
  return servers.map(parseServerName).map((name) => resolveServer(name, { family, resolver, signal }));
}

type Resolved = { readonly servers: readonly [ServerIdentity, ...ServerIdentity[]] } | { readonly reason: Reason };

/** The endpoints of whichever name is resolved first, all of one family; or why no name has any. */
async function firstResolved(lookups: readonly Lookup[]): Promise<Resolved> {
  const nonEmpty = lookups.map(async (lookup): Promise<Resolved> => {
    const [best, ...rest] = await lookup;
    if (!best) throw new Error('no address of the wanted family');
    return { servers: [best, ...ofFamily(rest, familyOf(best.address))] };
  });
  return Promise.any(nonEmpty).catch(({ errors }: AggregateError) => ({
    reason: errors.some(isUnanswered) ? 'dns-silent' : 'unknown-host',
  }));
}

/** Brings the servers whose names are resolved later into the race. */
async function addOthers(
  lookups: readonly Lookup[],
  { session, driver, family }: { session: Discovery; driver: Driver<DetectReport>; family: Family },
): Promise<void> {
  const add = async (lookup: Lookup): Promise<void> => {
    const found = ofFamily(await lookup, family);
    driver.wake(() => {
      for (const server of found) session.addServer(server);
    });
  };
  await Promise.allSettled(lookups.map(add));
  driver.wake(session.noMoreServers);
}

function ofFamily(servers: readonly ServerIdentity[], family: Family): readonly ServerIdentity[] {
  return servers.filter(({ address }) => familyOf(address) === family);
}
