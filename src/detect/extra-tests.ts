/**
 * The extra tests of a detection, for whoever asks for them: hairpinning and the lifetime of mappings, each a session of its
 * own, and what this host's router says.
 */
import { randomBytes } from 'node:crypto';
import { familyOf } from '../endpoint.ts';
import { createHairpinTest, HAIRPIN_SOCKETS, type Hairpin, unknownHairpin } from '../nat/extra-tests/hairpin.ts';
import {
  createLifetimeTest,
  idleTimes,
  type Lifetime,
  type LifetimeProgress,
  lifetimeSockets,
  unknownLifetime,
} from '../nat/extra-tests/lifetime.ts';
import type { Reason } from '../nat/reason.ts';
import type { DetectReport } from '../nat/report.ts';
import { type RouterReport, routerReport, unknownRouter } from '../nat/router.ts';
import { now, startDriver } from '../net/driver.ts';
import { openUdpSocket } from '../net/udp-socket.ts';
import { openSockets } from './sockets.ts';

export interface ExtraTestOptions {
  /** Whether to test if two hosts behind this NAT reach each other by their public endpoints (RFC 4787 §6). */
  readonly hairpin?: boolean | undefined;
  /** Tests how long a mapping lives without traffic, up to so many seconds: that is how long it may take. */
  readonly lifetimeMaxS?: number | undefined;
  /** Whether to ask this host's router if it opens ports, and if there is another NAT beyond it: up to 2 s more. */
  readonly router?: boolean | undefined;
  /** Called when a mapping was still there after an idle time. */
  readonly onLifetimeProgress?: ((progress: LifetimeProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type TimedOptions = ExtraTestOptions & { readonly timeoutMs: number };

/** Runs those that the options name, one after the other. @throws the signal's reason when aborted. */
export async function runExtraTests(
  report: DetectReport,
  options: TimedOptions,
): Promise<Pick<DetectReport, 'hairpin' | 'lifetime' | 'router'>> {
  const { hairpin = false, lifetimeMaxS, router = false } = options;
  return {
    ...(router && { router: await askRouter(report, options) }),
    ...(hairpin && { hairpin: await testHairpin(report, options) }),
    ...(lifetimeMaxS !== undefined && { lifetime: await testLifetime(report, { ...options, lifetimeMaxS }) }),
  };
}

/** Has a port opened for a moment: a router that says its address may refuse that all the same. */
async function askRouter(report: DetectReport, { signal }: ExtraTestOptions): Promise<RouterReport> {
  const isTranslated = report.mapping.behavior !== 'none';
  // Over IPv6 a router without a NAT may have a firewall, and open that.
  const mayBeClosed = report.verdict.type !== 'open' && report.local && familyOf(report.local.address) === 'IPv6';
  if (!isTranslated && !mayBeClosed) return unknownRouter('no-nat');
  if (!report.local) return unknownRouter('no-route');
  const { openPortMapping } = await import('../port-mapping/port-mapping.ts');
  const { address } = report.local;
  const addresses = { local: address, public: report.public?.address ?? null };
  await using socket = await openUdpSocket({ address, port: 0 });
  const result = await openPortMapping({ local: socket.local, signal });
  if (result.outcome === 'none') {
    return routerReport({ mapping: null, isPinhole: false, wan: result.wan, refusal: result.reason }, addresses);
  }
  await using mapped = result;
  const { protocol: mapping, isPinhole, external } = mapped;
  const wan = isPinhole ? null : external.address;
  return routerReport({ mapping, isPinhole, wan, refusal: null }, addresses);
}

async function testHairpin(report: DetectReport, { timeoutMs, signal }: TimedOptions): Promise<Hairpin> {
  const place = placeOf(report);
  if ('reason' in place) return unknownHairpin(place.reason);
  await using sockets = await openSockets(place.address, HAIRPIN_SOCKETS);
  const { mapping, filtering } = report;
  const { server } = place;
  const session = createHairpinTest({ server, mapping, filtering, timeoutMs, now: now(), randomBytes });
  return await startDriver({ session, sockets: sockets.byName, signal }).result;
}

async function testLifetime(
  report: DetectReport,
  { lifetimeMaxS, onLifetimeProgress: onProgress, signal }: ExtraTestOptions & { readonly lifetimeMaxS: number },
): Promise<Lifetime> {
  const place = placeOf(report);
  if ('reason' in place) return unknownLifetime(place.reason);
  if (report.verdict.type === 'open') return unknownLifetime('no-nat');
  const idleTimesS = idleTimes(lifetimeMaxS);
  await using sockets = await openSockets(place.address, lifetimeSockets(idleTimesS));
  const session = createLifetimeTest({ server: place.server, idleTimesS, now: now(), randomBytes, onProgress });
  return await startDriver({ session, sockets: sockets.byName, signal }).result;
}

/** The local address to ask from and the server to ask; or why nobody can be asked. */
function placeOf({
  local,
  public: seen,
  server,
  verdict,
  mapping,
}: DetectReport):
  | { readonly address: string; readonly server: NonNullable<DetectReport['server']> }
  | { readonly reason: Reason } {
  if (local && seen && server) return { address: local.address, server };
  return { reason: verdict.reason ?? mapping.reason ?? 'no-answer' };
}
