/** Steps 5 to 7: both sides check each other's candidates from the instant that the rendezvous has set, and do what the plan says. */
import { randomBytes, randomInt } from 'node:crypto';
import type { PairReport } from '../ice/checklist/pair.ts';
import type { IceEvent } from '../ice/event.ts';
import { now } from '../net/driver.ts';
import { createInbox, type Inbox } from '../net/inbox.ts';
import { createOwner, type Owner } from '../net/owner.ts';
import type { PeerNews } from '../rendezvous/introduction/output.ts';
import type { Introduction } from '../rendezvous/protocol/server-message.ts';
import type { PunchBudget } from './attempt/budget.ts';
import { createIntroducedAttempt, type IntroducedAttempt } from './attempt/introduced-attempt.ts';
import { isThroughRelay } from './attempt/outcome/endpoints-in-use.ts';
import type { AttemptEvidence, AttemptFailure } from './attempt/outcome/evidence.ts';
import type { PunchTechnique } from './attempt/outcome/winner.ts';
import { formatPeerSignal, parsePeerSignal } from './attempt/peer-signal.ts';
import type { PunchPlan } from './attempt/plan.ts';
import { sealIntroduction } from './attempt/seal.ts';
import type { Ground } from './ground.ts';
import { type DrivenPath, startPath } from './path/start-path.ts';
import type { LateCandidates } from './reachability/state.ts';
import type { Met } from './room/state.ts';

type Connected = Extract<IceEvent, { readonly kind: 'connected' }>;
type Switched = Extract<IceEvent, { readonly kind: 'pair-switched' }>;

/** `packetsSent` counts the packets of the checks and of the technique so far. */
export type AttemptResult = { readonly packetsSent: () => number } & (
  | {
      readonly kind: 'connected';
      /** The path, which the caller has to dispose of. */
      readonly path: DrivenPath;
      readonly event: Connected;
      /** The introduction as the attempt has it: with a code, its key is one that the rendezvous does not know. */
      readonly introduction: Introduction;
      /** Returns the technique that opened the pair. */
      readonly wonBy: (pair: PairReport) => PunchTechnique;
      /** Resolves when a relayed path has become direct, with null when the path has ended. */
      readonly switched: Promise<Switched | null>;
    }
  | ({ readonly kind: 'failed' } & AttemptFailure)
  /** The peer that was introduced is gone: it was lost, or another one has come in its place. */
  | { readonly kind: 'void' }
);

/** What the session or a callback of the user has thrown. */
interface Broken {
  readonly kind: 'broken';
  readonly error: unknown;
}

type Happening = IceEvent | Exclude<PeerNews, { readonly kind: 'signal' }> | Broken;

export interface PeerAttemptOptions {
  readonly ground: Ground;
  readonly peer: string;
  readonly met: Extract<Met, { readonly kind: 'introduced' }>;
  readonly plan: PunchPlan;
  /** The networks that this host is in, such as `192.168.1.7/24`. */
  readonly networks: readonly string[];
  readonly budget: PunchBudget;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: IceEvent) => void;
  /** Called when the peer asks for another introduction once the path is there. */
  readonly onAnew?: () => void;
}

/**
 * Runs one attempt to connect. Whatever the result, the sockets still belong to their owners.
 * @throws the signal's reason when aborted; what `onEvent` throws.
 */
export async function connectPeers(options: PeerAttemptOptions): Promise<AttemptResult> {
  const { ground, met, signal, onAnew = () => {} } = options;
  const inbox = createInbox<Happening>();
  const attempt = startAttempt(options, inbox);
  const { path, packetsSent, introduction, switched, wonBy } = attempt;
  let isConnected = false;
  const end = async (): Promise<void> => {
    ground.room.leaveOff(met);
    await path[Symbol.asyncDispose]();
  };
  met.news.receive((news) => {
    if (news.kind === 'signal') attempt.hear(news.data);
    else if (isConnected && news.kind === 'anew') onAnew();
    else inbox.put(news);
  });
  try {
    const result = await judge(inbox, { evidence: attempt.evidence, signal });
    isConnected = result.kind === 'connected';
    if (result.kind !== 'connected') return { ...result, packetsSent };
    return { ...result, path: { ...path, [Symbol.asyncDispose]: end }, introduction, switched, packetsSent, wonBy };
  } finally {
    if (!isConnected) await path[Symbol.asyncDispose]();
  }
}

/** Starts the attempt; what happens to it goes to the inbox. */
function startAttempt(options: PeerAttemptOptions, inbox: Inbox<Happening>) {
  const { ground, peer, met, plan, networks, budget, onEvent } = options;
  const { at, told } = met;
  const { reachability, room, openSocket } = ground;
  const { introduction, seal, open } = sealIntroduction(met.introduction, ground);
  const attempt = createIntroducedAttempt({
    introduction,
    plan,
    behavior: told.behavior,
    behavior6: told.behavior6,
    agentOf: told.agentOf,
    server: ground.server(),
    networks,
    budget,
    startAt: at + introduction.startInMs,
    randomBytes,
    randomInteger: (below) => randomInt(below),
  });
  const switched = Promise.withResolvers<Switched | null>();
  const sockets = reachability.share(attempt.owns);
  const driven = startPath({
    session: attempt,
    sockets,
    mayOpen: reachability.isDirect(),
    openSocket,
    onEvent: (event) => {
      onEvent(event);
      inbox.put(event);
      if (event.kind === 'pair-switched' && !isThroughRelay(event.pair)) switched.resolve(event);
    },
    onTell: (told) => room.signal(peer, seal(formatPeerSignal(told))),
  });
  const broken = (error: unknown): void => inbox.put({ kind: 'broken', error });
  driven.ended.catch(broken);
  room.broken.catch(broken);
  void driven.closed.then(() => switched.resolve(null));
  const owner = createOwner();
  owner.use(reachability.onRelayLost(driven.handleRelayLost));
  const shares = owner.use(createOwner());
  for (const socket of Object.values(sockets)) shares.use(socket);
  const names = new Set(Object.keys(sockets));
  owner.use(reachability.onLate((late) => addLate(late, { names, shares, attempt, driven })));
  owner.use(driven);
  return {
    path: { ...driven, [Symbol.asyncDispose]: owner[Symbol.asyncDispose] },
    introduction,
    packetsSent: attempt.packetsSent,
    wonBy: attempt.wonBy,
    evidence: attempt.evidence,
    switched: switched.promise,
    hear: (data: string): void => {
      const text = open(data);
      const said = text === null ? null : parsePeerSignal(text);
      if (said) driven.wake(() => attempt.handleSignal(now(), said));
    },
  };
}

/** Gives the attempt what has come too late for its introduction, with the socket if it has none of that name. */
function addLate(
  { specs, name, shared }: LateCandidates,
  running: {
    /** The names of the sockets that the attempt has. */
    readonly names: Set<string>;
    readonly shares: Owner;
    readonly attempt: IntroducedAttempt;
    readonly driven: DrivenPath;
  },
): void {
  const { names, shares, attempt, driven } = running;
  if (!names.has(name)) {
    names.add(name);
    driven.addSocket(name, shares.use(shared.share((bytes, from) => attempt.owns({ socket: name, from, bytes }))));
  }
  driven.wake(() => attempt.addLate(specs));
}

type Judged =
  | { readonly kind: 'connected'; readonly event: Connected }
  | ({ readonly kind: 'failed' } & AttemptFailure)
  | { readonly kind: 'void' };

async function judge(
  inbox: Inbox<Happening>,
  { evidence, signal }: { readonly evidence: () => AttemptEvidence; readonly signal: AbortSignal | undefined },
): Promise<Judged> {
  let isGone = false;
  for (;;) {
    const event = await inbox.next({ by: Number.POSITIVE_INFINITY, signal });
    switch (event?.kind) {
      case 'connected':
        return { kind: 'connected', event };
      case 'failed':
        return isGone ? { kind: 'void' } : { ...evidence(), kind: 'failed', reason: event.reason };
      case 'lost':
      case 'anew':
        // A peer that was heard may have its path by now, and may have left the room for that reason.
        isGone = true;
        if (!evidence().isHeard) return { kind: 'void' };
        break;
      case 'replaced':
        return { kind: 'void' };
      case 'broken':
        throw event.error;
    }
  }
}
