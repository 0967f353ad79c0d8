/** The punch: two peers meet at the rendezvous and open a path, direct wherever that is possible. */

import { findOwnBehavior } from '../detect/own-behavior.ts';
import { UsageError } from '../errors.ts';
import { isRelayed, type PairReport } from '../ice/checklist/pair.ts';
import { now } from '../net/driver.ts';
import { hostNetworks } from '../net/interfaces.ts';
import type { Resolver } from '../net/lookup/resolver.ts';
import { createOwner } from '../net/owner.ts';
import { createPunchBudget, INTRODUCTIONS_MAX } from './attempt/budget.ts';
import { planIntroduced } from './attempt/introduced-plan.ts';
import type { PunchPlan } from './attempt/plan.ts';
import { techniqueOf } from './attempt/techniques/winner.ts';
import { type AttemptResult, connectPeers } from './connect.ts';
import { seekMappedPort } from './mapped-port.ts';
import { createMeeting, type Met } from './meeting.ts';
import type { IcePath } from './path/path.ts';
import { awaitUpgrade } from './path/upgrade.ts';
import { placeOf } from './place.ts';
import { createReachability, type PathMode } from './reachability.ts';
import { openFirstRelay } from './relay.ts';
import type { PunchEvent } from './report/event.ts';
import { explainLost, explainNoPath } from './report/no-path.ts';
import { blankReport, type PunchFailure, type PunchReport } from './report/report.ts';
import { createStepRecorder } from './report/steps.ts';
import { DEFAULT_ROOM, explainUnproven } from './report/unproven.ts';
import { createMembership } from './room.ts';
import { openPunchSocket } from './socket.ts';
import type { TurnServerChoice } from './turn-choice.ts';
import { warmUp } from './warm-up.ts';

/** How long to wait for the peer. */
export const PUNCH_WAIT_MS = 60_000;

export interface PunchOptions {
  readonly id: string;
  readonly peer: string;
  /** `HOST` or `HOST:PORT` of a natcheck server. */
  readonly server: string;
  /** `ws://` or `wss://` URL; by default the server's own, on port 3480, over TLS where it speaks it. */
  readonly rendezvous?: string | undefined;
  readonly room?: string | undefined;
  readonly token?: string | undefined;
  /** TURN servers beside those that the rendezvous tells of. */
  readonly turn?: readonly TurnServerChoice[] | undefined;
  /**
   * Default `any`: direct where it is possible, else relayed. With `relay-only` no packet leaves this host but toward the
   * TURN servers and the rendezvous, and nothing that the peer is told says where this host is.
   */
  readonly mode?: PathMode | undefined;
  /** Whether the own router is asked for a port (UPnP-IGD, NAT-PMP), which holds up nothing; default true. */
  readonly portMapping?: boolean | undefined;
  /** From the moment that the peer is asked for; default PUNCH_WAIT_MS. */
  readonly waitMs?: number | undefined;
  readonly local?: string | undefined;
  readonly resolver?: Resolver | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: PunchEvent) => void) | undefined;
}

export interface PunchResult extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, the caller's until disposed; null when there is none. It goes on when it becomes direct. */
  readonly path: IcePath | null;
  /** Of a relayed path: the report when it has become direct; null when that has not happened in the plan's time. */
  readonly upgraded: Promise<PunchReport | null>;
}

/**
 * Opens a UDP path to `peer`, who does the same toward `id`.
 *
 * A rendezvous that is lost while waiting is come back to; a peer that is lost before the path is open is waited for
 * again. Network outcomes (nobody came, no path) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used; the signal's reason when aborted, after leaving the room.
 */
export async function punch(options: PunchOptions): Promise<PunchResult> {
  const { id, peer, signal, onEvent = () => {} } = options;
  if (id === peer) throw new UsageError(`the peer is ${peer}, and so is this one: each side takes an id of its own`);
  const startedAt = now();
  const elapsed = (): number => now() - startedAt;
  const steps = createStepRecorder({ id, peer, elapsed, onStep: (step) => onEvent({ kind: 'step', step }) });
  const onNotice = (text: string): void => onEvent({ kind: 'notice', text });
  /** What is known so far. */
  let known: Partial<PunchReport> = {};
  const report = (rest: Pick<PunchReport, 'outcome'> & Partial<PunchReport>): PunchReport => ({
    ...blankReport({ id, peer }),
    ...known,
    steps: steps.steps(),
    ...rest,
  });
  const failed = (reason: PunchFailure, detail: string | null): PunchResult => ({
    report: report({ outcome: 'failed', reason, detail }),
    path: null,
    upgraded: Promise.resolve(null),
    async [Symbol.asyncDispose]() {},
  });

  const { waitMs = PUNCH_WAIT_MS } = options;
  const place = await placeOf({ ...options, waitMs });
  if (place.outcome !== 'found') return failed(place.outcome, null);
  const { server, url } = place;
  const { room = DEFAULT_ROOM, token, local, resolver, mode = 'any', turn = [], portMapping = true } = options;
  await using owned = createOwner();
  const membership = owned.use(createMembership({ url, room, id, token, resolver, onNotice }));
  const isRelayOnly = mode === 'relay-only';
  const socket = isRelayOnly ? null : await openPunchSocket({ server, local });
  if (!socket && !isRelayOnly) return failed('no-route', null);
  if (socket) owned.use(socket);
  const mappedPort = portMapping && socket ? owned.use(seekMappedPort({ local: socket.local })) : null;
  const openRelay: Parameters<typeof createReachability>[0]['openRelay'] = (servers, either) =>
    openFirstRelay(servers, { local, resolver, signal: either, onNotice });
  const reachability = owned.use(createReachability({ socket, server, mode, mappedPort, openRelay, onNotice }));
  using detection = isRelayOnly ? null : findOwnBehavior({ server, local, signal });
  // The peer is asked for once all is ready for it.
  const ready = detection?.behavior.then((found) => warmUp().then(() => found)) ?? null;
  // Whoever waits for it is told; nobody may be left to.
  ready?.catch(() => {});
  const meeting = createMeeting({
    membership,
    reachability,
    turn,
    peer,
    behavior: ready,
    waitMs,
    signal,
    onBound: (own) => {
      const isFirst = !known.public;
      known = { ...known, local: socket?.local ?? null, public: own };
      steps.bound(own);
      if (isFirst) onNotice(explainUnproven({ peer, room, token, isOverheard: membership.isOverheard() }));
    },
    onNotice,
  });

  const success = (pair: PairReport, { plan, rttMs, at }: { plan: PunchPlan; rttMs: number; at: number }) =>
    report({
      outcome: isRelayed(pair) ? 'relayed' : 'direct',
      technique: techniqueOf(pair, plan),
      remote: pair.remote.endpoint,
      rttMs: Math.round(rttMs * 100) / 100,
      elapsedMs: Math.round(now() - at),
    });
  const keep = (
    attempt: Extract<AttemptResult, { kind: 'connected' }>,
    { plan, at }: { plan: PunchPlan; at: number },
  ): PunchResult => {
    const { path, event } = attempt;
    const { send, onData, state, onState } = path;
    owned.use(path);
    const kept = owned.move();
    const upgrade = awaitUpgrade(attempt, plan);
    const end = async (): Promise<void> => {
      upgrade[Symbol.dispose]();
      await kept[Symbol.asyncDispose]();
    };
    const upgraded = upgrade.switched.then(
      (better) => better && success(better.pair, { plan, rttMs: better.rttMs, at }),
    );
    // Nothing more is told over the rendezvous; but its relays are for who is there.
    if (isRelayed(event.pair)) void membership.stay();
    const leaveOnceDirect = async (): Promise<void> => {
      const better = await upgraded;
      if (better || !isRelayed(event.pair)) await membership[Symbol.asyncDispose]();
    };
    // Whoever disposes of the punch is told what goes wrong.
    leaveOnceDirect().catch(() => {});
    return {
      report: success(event.pair, { plan, rttMs: event.rttMs, at }),
      path: { send, onData, state, onState, [Symbol.asyncDispose]: end },
      upgraded,
      [Symbol.asyncDispose]: end,
    };
  };
  const budget = createPunchBudget();
  for (let introductions = 1; ; introductions++) {
    // Before the introduction, from which on the time counts.
    const networks = hostNetworks();
    const met: Met = await meeting.introduce();
    if (met.kind === 'failed') return failed(met.reason, met.detail);
    const { introduction, at } = met;
    const { own, endpoint } = introduction;
    const plan = planIntroduced(introduction, {
      ...{ id, candidates: met.agentOf.candidates, behavior: met.behavior },
      ...{ isDirect: reachability.isDirect(), server: server.address },
    });
    onEvent({ kind: 'plan', plan });
    steps.introduced({ own, peer: endpoint });
    const attempt = await connectPeers({
      ...{ met, plan, meeting, reachability, server, networks, budget, signal },
      onEvent: steps.iceEvent,
    });
    known = { ...known, plan, elapsedMs: Math.round(now() - at), probesSent: attempt.packetsSent() };
    switch (attempt.kind) {
      case 'connected':
        return keep(attempt, { plan, at });
      case 'failed':
        known = { ...known, technique: plan.technique };
        return failed('no-path', explainNoPath({ id, plan, introduction, isHeard: attempt.isHeard }));
      case 'void':
        if (introductions === INTRODUCTIONS_MAX) return failed('no-path', explainLost(peer));
        onNotice(`${peer} was lost before there was a path: waiting for it again`);
    }
  }
}
