/** The punch: two peers meet at the rendezvous and open a direct path by simultaneous open (the seven steps). */
import { detect } from './detect.ts';
import type { Endpoint } from './endpoint.ts';
import { UsageError } from './errors.ts';
import { now } from './net/driver.ts';
import type { IcePath } from './net/ice-path.ts';
import { createResolver } from './net/resolver.ts';
import { parseServerName, resolveServer } from './net/server-name.ts';
import type { UdpSocket } from './net/udp-socket.ts';
import { DEFAULT_HTTP_PORT } from './ports.ts';
import { connectPeers } from './punch/connect.ts';
import { createMeeting } from './punch/meeting.ts';
import { createMembership } from './punch/membership.ts';
import { explainNoPath } from './punch/no-path.ts';
import { openPunchSocket } from './punch/socket.ts';
import type { PunchEvent } from './punch-event.ts';
import { planPunch } from './punch-plan.ts';
import { PUNCH_SCHEMA, type PunchFailure, type PunchReport } from './punch-report.ts';
import { createStepRecorder } from './punch-steps.ts';
import type { ToldBehavior } from './rendezvous/fields.ts';

/** How long to wait for the peer. */
export const PUNCH_WAIT_MS = 60_000;

export interface PunchOptions {
  readonly id: string;
  readonly peer: string;
  /** `HOST` or `HOST:PORT` of a natcheck server. */
  readonly server: string;
  /** `ws://` or `wss://` URL; by default the server's own, on port 3480. */
  readonly rendezvous?: string | undefined;
  readonly room?: string | undefined;
  readonly token?: string | undefined;
  /** From the moment that the peer is asked for; default PUNCH_WAIT_MS. */
  readonly waitMs?: number | undefined;
  readonly local?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: PunchEvent) => void) | undefined;
}

export interface Punched extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, the caller's until disposed; null when there is none. */
  readonly path: IcePath | null;
}

/**
 * Opens a direct UDP path to `peer`, who does the same toward `id`.
 *
 * A rendezvous that is lost while waiting is come back to; a peer that is lost before the path is open is waited for
 * again. Network outcomes (nobody came, no path) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used; the signal's reason when aborted, after leaving the room.
 */
export async function punch(options: PunchOptions): Promise<Punched> {
  const { id, peer, signal, onEvent = () => {} } = options;
  if (id === peer) throw new UsageError(`the peer is ${peer}, and so is this one: each side takes an id of its own`);
  const startedAt = now();
  const steps = createStepRecorder({
    id,
    peer,
    elapsed: () => now() - startedAt,
    onStep: (step) => onEvent({ kind: 'step', step }),
  });
  const onNotice = (text: string): void => onEvent({ kind: 'notice', text });
  /** What is known so far. */
  let known: Partial<PunchReport> = {};
  const report = (rest: Pick<PunchReport, 'outcome'> & Partial<PunchReport>): PunchReport => ({
    ...BLANK,
    id,
    peer,
    ...known,
    steps: steps.steps(),
    ...rest,
  });
  const failed = (reason: PunchFailure, detail: string | null): Punched => ({
    report: report({ outcome: 'failed', reason, detail }),
    path: null,
    async [Symbol.asyncDispose]() {},
  });

  const place = await placeOf(options);
  if (!place) return failed('unknown-host', null);
  const { server, url } = place;
  const { room = 'default', token, local, waitMs = PUNCH_WAIT_MS } = options;
  await using membership = createMembership({ url, room, id, token, onNotice });
  const opened = await openPunchSocket({ server, local });
  if (!opened) return failed('no-route', null);
  await using held = holding(opened);
  using detection = detectOwn({ server, local, signal });
  const meeting = createMeeting({
    membership,
    socket: opened,
    server,
    peer,
    behavior: detection.behavior,
    waitMs,
    signal,
    onBound: (own) => {
      known = { ...known, local: opened.local, public: own };
      steps.bound(own);
    },
    onNotice,
  });
  for (;;) {
    const met = await meeting.introduce();
    if (met.kind === 'failed') return failed(met.reason, met.detail);
    const { introduction } = met;
    const plan = planPunch({ id, behavior: await detection.behavior }, { id: peer, behavior: introduction.behavior });
    onEvent({ kind: 'plan', plan });
    steps.introduced({ own: introduction.own, peer: introduction.endpoint });
    const attempt = await connectPeers({ met, meeting, socket: opened, signal, onEvent: steps.iceEvent });
    known = { ...known, plan, elapsedMs: Math.round(now() - met.at), probesSent: attempt.checksSent };
    if (attempt.kind === 'failed') {
      known = { ...known, technique: 'simultaneous-open' };
      return failed('no-path', explainNoPath({ id, plan, introduction, isHeard: attempt.isHeard }));
    }
    if (attempt.kind === 'connected') {
      const { path, event } = attempt;
      const { remote } = event.pair;
      const technique = remote.type === 'host' ? 'host' : 'simultaneous-open';
      const rttMs = Math.round(event.rttMs * 100) / 100;
      return handOver(report({ outcome: 'direct', technique, remote: remote.endpoint, rttMs }), path, held.release());
    }
    onNotice(`${peer} was lost before there was a path: waiting for it again`);
  }
}

const BLANK = {
  schema: PUNCH_SCHEMA,
  reason: null,
  detail: null,
  technique: null,
  plan: null,
  local: null,
  public: null,
  remote: null,
  rttMs: null,
  elapsedMs: 0,
  probesSent: 0,
} as const;

/** Where the two meet; null when the server's name leads nowhere. */
async function placeOf({
  server,
  rendezvous,
}: PunchOptions): Promise<{ readonly server: Endpoint; readonly url: string } | null> {
  const name = parseServerName(server);
  const [identity] = await resolveServer(name, { family: null, resolver: createResolver() }).catch(() => []);
  if (!identity) return null;
  const { address, port } = identity;
  return { server: { address, port }, url: rendezvous ?? `ws://${bracketed(name.host)}:${DEFAULT_HTTP_PORT}` };
}

/** What the own NAT does; it goes on beside the joining, and ends with its owner. */
function detectOwn({
  server,
  local,
  signal,
}: {
  readonly server: Endpoint;
  readonly local: string | undefined;
  readonly signal: AbortSignal | undefined;
}): Disposable & { readonly behavior: Promise<ToldBehavior> } {
  const ended = new AbortController();
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const servers = [`${bracketed(server.address)}:${server.port}`];
  const behavior = detect({ servers, local, signal: either }).then(({ mapping, filtering }) => ({
    mapping: mapping.behavior,
    filtering: filtering.behavior,
  }));
  // Whoever waits for it is told; nobody may be left to.
  behavior.catch(() => {});
  return { behavior, [Symbol.dispose]: () => ended.abort() };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Closes the socket, unless it was released to another owner. */
function holding(socket: UdpSocket): AsyncDisposable & { readonly release: () => UdpSocket } {
  let isHeld = true;
  return {
    release: () => {
      isHeld = false;
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      if (isHeld) await socket[Symbol.asyncDispose]();
    },
  };
}

/** The path's end is the socket's. */
function handOver(report: PunchReport, path: IcePath, socket: UdpSocket): Punched {
  const end = async (): Promise<void> => {
    await path[Symbol.asyncDispose]();
    await socket[Symbol.asyncDispose]();
  };
  return { report, path: { ...path, [Symbol.asyncDispose]: end }, [Symbol.asyncDispose]: end };
}
