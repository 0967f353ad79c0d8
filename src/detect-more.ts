/** What a detection finds out on top when asked to: hairpinning and the lifetime of mappings, each a session of its own. */
import { randomBytes } from 'node:crypto';
import { openSockets } from './detect-sockets.ts';
import { createHairpinTest, HAIRPIN_SOCKETS, type Hairpin, unknownHairpin } from './nat/hairpin.ts';
import {
  createLifetimeTest,
  idleTimes,
  type Lifetime,
  type LifetimeProgress,
  lifetimeSockets,
  unknownLifetime,
} from './nat/lifetime.ts';
import type { Reason } from './nat/reason.ts';
import type { DetectReport } from './nat/report.ts';
import { now, startDriver } from './net/driver.ts';

export interface MoreOptions {
  /** Also whether two hosts behind this NAT reach each other by their public endpoints (RFC 4787 §6). */
  readonly hairpin?: boolean | undefined;
  /** Also how long a mapping lives without traffic, up to so many seconds: that is how long it may take. */
  readonly lifetimeMaxS?: number | undefined;
  /** Called when a mapping was still there after an idle time. */
  readonly onLifetimeProgress?: ((progress: LifetimeProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type TimedOptions = MoreOptions & { readonly timeoutMs: number };

/** @throws the signal's reason when aborted. */
export async function detectMore(
  report: DetectReport,
  options: TimedOptions,
): Promise<Pick<DetectReport, 'hairpin' | 'lifetime'>> {
  const { hairpin = false, lifetimeMaxS } = options;
  return {
    ...(hairpin && { hairpin: await testHairpin(report, options) }),
    ...(lifetimeMaxS !== undefined && { lifetime: await testLifetime(report, { ...options, lifetimeMaxS }) }),
  };
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
  { lifetimeMaxS, onLifetimeProgress: onProgress, signal }: MoreOptions & { readonly lifetimeMaxS: number },
): Promise<Lifetime> {
  const place = placeOf(report);
  if ('reason' in place) return unknownLifetime(place.reason);
  if (report.verdict.type === 'open') return unknownLifetime('no-nat');
  const idleTimesS = idleTimes(lifetimeMaxS);
  await using sockets = await openSockets(place.address, lifetimeSockets(idleTimesS));
  const session = createLifetimeTest({ server: place.server, idleTimesS, now: now(), randomBytes, onProgress });
  return await startDriver({ session, sockets: sockets.byName, signal }).result;
}

/** From where to ask whom; or why nobody can be asked. */
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
