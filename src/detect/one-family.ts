/** The detection over one IP version: sockets on the right interface, one discovery session, again where a router has restarted. */
import { randomBytes } from 'node:crypto';
import type { Family } from '../endpoint.ts';
import { createDiscovery, type Discovery, type DiscoveryOptions } from '../nat/discovery/discovery.ts';
import { isToBeRepeated } from '../nat/discovery/spoiled.ts';
import { unreachableReport } from '../nat/discovery/unreachable.ts';
import { DETECT_SOCKETS, type ServerIdentity } from '../nat/evidence.ts';
import type { FamilyReport } from '../nat/report.ts';
import { type Driver, now, startDriver } from '../net/driver.ts';
import { localAddressToward } from '../net/udp-socket.ts';
import { pause } from '../net/waits.ts';
import { addLater, addOthers, areMore, firstResolved, type Later, type Lookups } from './servers.ts';
import { openSockets } from './sockets.ts';

/** A silent IP version is heard out for so long at least: a reply takes no longer over a geostationary satellite. */
const HEARD_OUT_MS = 1000;

export interface FamilyOptions extends Pick<DiscoveryOptions, 'httpPort' | 'altPort' | 'timeoutMs'> {
  readonly family: Family;
  readonly lookups: Lookups;
  readonly startedAt: number;
  /** The address of the interface to use; by default the one that routes to the server. */
  readonly local: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly later?: Later | undefined;
  /** Resolves when this one, if nothing has been heard so far, is not to be waited for any longer. */
  readonly unwanted?: Promise<void> | undefined;
}

/** `absent`: no server has an address of the IP version, or this host has no route there; the report says which. */
export interface FamilyOutcome {
  readonly kind: 'detected' | 'absent';
  readonly report: FamilyReport;
}

/** @throws UsageError when the local address is none of this host; the signal's reason when aborted. */
export async function detectFamily(options: FamilyOptions): Promise<FamilyOutcome> {
  const { family, lookups, startedAt, timeoutMs, signal, unwanted } = options;
  const elapsed = (): number => now() - startedAt;
  const late = unwanted?.then(() => ({ reason: 'cut-short' as const }));
  const first = await Promise.race([firstResolved(lookups, family), ...(late ? [late] : [])]);
  signal?.throwIfAborted();
  if ('reason' in first) return { kind: 'absent', report: unreachableReport(first.reason, elapsed()) };
  const { servers } = first;
  const [server] = servers;
  const local = options.local ?? (await localAddressToward(server).catch(() => null));
  if (local === null) return { kind: 'absent', report: unreachableReport('no-route', elapsed(), server) };

  const deadline = startedAt + timeoutMs;
  const begin = (at: number): Promise<FamilyReport> =>
    runDiscovery({ ...options, local, servers, now: at, timeoutMs: deadline - at });
  let report = await begin(startedAt);
  for (let made = 1; isToBeRepeated(report, made) && now() < deadline; made++) report = await begin(now());
  return { kind: 'detected', report: { ...report, elapsedMs: Math.round(elapsed()) } };
}

/** Runs one discovery on new sockets. */
async function runDiscovery({
  local,
  servers,
  lookups,
  signal,
  later,
  unwanted,
  ...options
}: Omit<FamilyOptions, 'local'> &
  Pick<DiscoveryOptions, 'now'> & {
    readonly local: string;
    readonly servers: readonly [ServerIdentity, ...ServerIdentity[]];
  }): Promise<FamilyReport> {
  await using sockets = await openSockets(local, DETECT_SOCKETS);
  const moreServers = areMore(lookups);
  const moreTold = later !== undefined;
  const session = createDiscovery({ ...options, servers, local: sockets.bound, moreServers, moreTold, randomBytes });
  const driver = startDriver({ session, sockets: sockets.byName, signal });
  if (moreServers) void addOthers(lookups, { session, driver, first: servers[0] });
  if (later) void addLater(later, { session, driver, first: servers[0] });
  using ended = endOf();
  if (unwanted) void endIfSilent({ unwanted, session, driver, signal: ended.signal });
  return await driver.result;
}

function endOf(): Disposable & { readonly signal: AbortSignal } {
  const ended = new AbortController();
  return { signal: ended.signal, [Symbol.dispose]: () => ended.abort() };
}

/** Ends a discovery that has heard nothing, once it is unwanted and has been heard out. */
async function endIfSilent({
  unwanted,
  session,
  driver,
  signal,
}: {
  readonly unwanted: Promise<void>;
  readonly session: Discovery;
  readonly driver: Driver<FamilyReport>;
  readonly signal: AbortSignal;
}): Promise<void> {
  try {
    await Promise.all([unwanted, pause(HEARD_OUT_MS, signal)]);
  } catch {
    // The discovery has ended by itself.
    return;
  }
  if (!signal.aborted) driver.wake(session.endIfSilent);
}
