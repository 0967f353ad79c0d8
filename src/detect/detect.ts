/** Detection over the real network: of one IP version, or of both at once, each with a verdict of its own. */
import type { Family } from '../endpoint.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, familyOf } from '../endpoint.ts';
import type { DetectReport, FamilyReport } from '../nat/report.ts';
import { now } from '../net/driver.ts';
import { limitLookups } from '../net/lookup/limit.ts';
import type { Resolver } from '../net/lookup/resolver.ts';
import { type ExtraTestOptions, runExtraTests } from './extra-tests.ts';
import { detectFamily, type FamilyOptions, type FamilyOutcome } from './one-family.ts';
import { lookUp, lookUpTold, requireLocalAddress, type ToldServers } from './servers.ts';
import { DETECT_TIMEOUT_MS } from './timeout.ts';

export interface DetectOptions extends ExtraTestOptions {
  /** `HOST`, `HOST:PORT` or `[IPv6]:PORT`; public servers when none is given. Several are asked at once. */
  readonly servers?: readonly string[] | undefined;
  /** What is not known after this time is undetermined; 10,000 ms by default. Name lookups are part of it. */
  readonly timeoutMs?: number | undefined;
  /** The address of the local interface to use; by default the one that routes to the server. */
  readonly local?: string | undefined;
  /** By default that of `local`, if that is given, and else both that the servers and this host have. */
  readonly family?: Family | undefined;
  /**
   * Further servers that somebody else has named, such as a rendezvous; at most four are asked. They can confirm what a server with one
   * address leaves open; nothing is believed on their word alone.
   */
  readonly toldServers?: readonly string[] | undefined;
  /** Another UDP port at which a server with one address may answer: two ports tell more than one. 3479 by default. */
  readonly altPort?: number | undefined;
  /** The server's TCP port that tells a blocked UDP from a dead server; 3480 by default. */
  readonly httpPort?: number | undefined;
  readonly resolver?: Resolver | undefined;
}

/**
 * Finds how the NAT or firewall between this machine and the server behaves (RFC 4787, by the tests of RFC 5780).
 *
 * Where this host and a server have both IP versions, both are detected at once: the report is IPv4's, and its `ipv6` is
 * IPv6's. Network outcomes (no answer, blocked, undetermined) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used: a server name that is none, a local address of another host.
 * @throws the signal's reason when aborted.
 */
export async function detect(options: DetectOptions = {}): Promise<DetectReport> {
  return await detectWith(options);
}

/** Detects with what a server tells of itself elsewhere while the detection is under way. @throws what `detect` throws. */
export async function detectWith(
  options: DetectOptions & { readonly later?: Promise<ToldServers | null> | undefined },
): Promise<DetectReport> {
  const { local, timeoutMs = DETECT_TIMEOUT_MS, httpPort = DEFAULT_HTTP_PORT, altPort = DEFAULT_ALT_PORT } = options;
  const { signal } = options;
  signal?.throwIfAborted();
  if (local !== undefined) requireLocalAddress(local);
  const family = options.family ?? (local === undefined ? null : familyOf(local));
  const startedAt = now();
  using limit = limitLookups(timeoutMs, signal);
  const lookups = lookUp({ ...options, family }, limit.signal);
  const later = options.later && {
    told: options.later,
    lookUp: (names: readonly string[]) => lookUpTold(names, { ...options, family, signal: limit.signal }),
  };
  const common = { lookups, startedAt, local, httpPort, altPort, timeoutMs, signal, later };
  const { report, ipv6 } = family
    ? { report: (await detectFamily({ ...common, family })).report, ipv6: null }
    : await detectBoth(common);
  return await withExtraTests({ report, ipv6 }, { ...options, timeoutMs });
}

interface Reports {
  readonly report: FamilyReport;
  /** IPv6's, where the other one is IPv4's. */
  readonly ipv6: FamilyReport | null;
}

/** Detects both at once. IPv6 is not waited for where it is silent and IPv4 has its verdict: many networks announce one that leads nowhere. */
async function detectBoth(common: Omit<FamilyOptions, 'family'>): Promise<Reports> {
  const failed = new AbortController();
  const signal = common.signal ? AbortSignal.any([common.signal, failed.signal]) : failed.signal;
  const unwanted = Promise.withResolvers<void>();
  const ofIpv4 = async (): Promise<FamilyOutcome> => {
    const outcome = await detectFamily({ ...common, signal, family: 'IPv4' });
    if (outcome.kind === 'detected') unwanted.resolve();
    return outcome;
  };
  const both = [ofIpv4(), detectFamily({ ...common, signal, family: 'IPv6', unwanted: unwanted.promise })] as const;
  try {
    const [ipv4, ipv6] = await Promise.all(both);
    return merged(ipv4, ipv6);
  } finally {
    failed.abort();
    await Promise.allSettled(both);
  }
}

function merged(ipv4: FamilyOutcome, ipv6: FamilyOutcome): Reports {
  if (ipv4.kind === 'detected') return { report: ipv4.report, ipv6: ipv6.kind === 'detected' ? ipv6.report : null };
  if (ipv6.kind === 'detected') return { report: ipv6.report, ipv6: null };
  // A server without a route says more than a family without a server.
  return { report: [ipv4.report, ipv6.report].find(({ server }) => server) ?? ipv4.report, ipv6: null };
}

/** The router is asked about IPv4 alone, and the progress that is shown is that of the report itself. */
async function withExtraTests(
  { report, ipv6 }: Reports,
  options: DetectOptions & { readonly timeoutMs: number },
): Promise<DetectReport> {
  const [extra, extraIpv6] = await Promise.all([
    runExtraTests(report, options),
    ipv6 && runExtraTests(ipv6, { ...options, router: false, onLifetimeProgress: undefined }),
  ]);
  return { ...report, ...extra, ...(ipv6 && { ipv6: { ...ipv6, ...extraIpv6 } }) };
}
