/** Drives the attempt after an introduction on virtual time, and tells once what came of it. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { PairReport } from '../../../src/ice/checklist/pair.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { PunchBudget } from '../../../src/punch/attempt/budget.ts';
import { RELAY_SOCKET } from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt, type IntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import type { AttemptFailure } from '../../../src/punch/attempt/outcome/evidence.ts';
import type { PunchTechnique } from '../../../src/punch/attempt/outcome/winner.ts';
import { formatPeerSignal, parsePeerSignal } from '../../../src/punch/attempt/peer-signal.ts';
import { type PunchPlan, planIntroduced } from '../../../src/punch/attempt/plan.ts';
import { type RoomSeal, type SealedIntroduction, sealIntroduction } from '../../../src/punch/attempt/seal.ts';
import type { PeerNews } from '../../../src/rendezvous/introduction/output.ts';
import type { Arrival } from '../../../src/session.ts';
import type { Host } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { UdpSocket } from '../network/udp.ts';
import type { World } from '../network/world.ts';
import { type AgentRun, driveAgent } from './agent.ts';
import type { SimPath } from './path.ts';
import type { SimRelay } from './room/relay.ts';
import type { SimIntroduced } from './room/told.ts';

/** How an attempt ended; `at` and `validAt` are virtual times. */
export type SimConnected = { readonly at: number; readonly validAt: number | null; readonly packetsSent: number } & (
  | {
      readonly kind: 'connected';
      readonly pair: PairReport;
      readonly rttMs: number;
      /** Returns the technique that opened a pair of the attempt. */
      readonly wonBy: (pair: PairReport) => PunchTechnique;
    }
  | ({
      readonly kind: 'failed';
      readonly plan: PunchPlan;
      /** What this side was introduced with, and what the peer was told about it. */
      readonly introduction: SimIntroduced['introduction'];
      readonly told: SimIntroduced['told'];
    } & AttemptFailure)
);

export interface SimAttempt {
  readonly plan: PunchPlan;
  readonly startAt: number;
  /** Takes a datagram of the room's socket, or of its relay; returns false when it does not belong to this attempt. */
  readonly receive: (arrival: Arrival) => boolean;
  readonly hear: (news: PeerNews) => void;
  /** Adds a relay that has come since the introduction, if the attempt has none. */
  readonly addRelay: (relay: SimRelay) => void;
  /** The pair that data goes on now; null while there is none. */
  readonly selected: () => PairReport | null;
  readonly stop: () => void;
}

interface AttemptOptions {
  readonly id: string;
  readonly host: Host;
  readonly socket: UdpSocket;
  readonly second: UdpSocket | null;
  readonly relay: SimRelay | null;
  readonly server: Endpoint;
  readonly random: Random;
  readonly output: SimIntroduced;
  readonly budget: PunchBudget;
  readonly seal?: RoomSeal | undefined;
  readonly onTell: (data: string) => void;
  /** Called once; `void` says that the peer was lost, or has come anew, before any check from it came. */
  readonly onSettled: (result: SimConnected | 'void') => void;
  /** Called with the path as soon as it is open. */
  readonly onConnected?: ((path: SimPath) => void) | undefined;
}

interface State extends Pick<AttemptOptions, 'output' | 'onSettled' | 'onConnected'> {
  readonly world: World;
  readonly plan: PunchPlan;
  readonly attempt: IntroducedAttempt;
  readonly run: AgentRun;
  readonly sealed: SealedIntroduction;
  /** Whether the peer was lost, or has come anew. */
  isGone: boolean;
  isSettled: boolean;
}

export function startAttempt(world: World, options: AttemptOptions): SimAttempt {
  const { id, host, socket, second, relay, server, output, onTell, onSettled, onConnected } = options;
  const { introduction, at, told } = output;
  const plan = planIntroduced(introduction, { id, ...told, isDirect: true, server: server.address });
  const startAt = at + introduction.startInMs;
  const sealed = sealIntroduction(introduction, options);
  const attempt = attemptOf(options, { introduction: sealed.introduction, plan, startAt });
  const run = driveAgent(world, {
    ...{ agent: attempt, host, socket, second, relay, mayOpen: true },
    onTell: (signal) => onTell(sealed.seal(formatPeerSignal(signal))),
    onEvent: (event) => handleEvent(state, event),
  });
  const given = { plan, output, onSettled, onConnected };
  const state: State = { world, attempt, run, sealed, ...given, isGone: false, isSettled: false };
  world.clock.schedule(world.clock.now(), run.wake);
  return {
    plan,
    startAt,
    receive: (arrival) => receive(state, arrival),
    hear: (news) => hear(state, news),
    addRelay: (late) => {
      if (!relay) addRelay(state, late);
    },
    selected: attempt.selected,
    stop: attempt.close,
  };
}

function attemptOf(
  { socket, second, server, random, budget, output: { told } }: AttemptOptions,
  { introduction, plan, startAt }: Pick<SimAttempt, 'plan' | 'startAt'> & Pick<SealedIntroduction, 'introduction'>,
): IntroducedAttempt {
  return createIntroducedAttempt({
    ...{ introduction, plan, ...told, server, budget, startAt },
    networks: [`${socket.local.address}/24`, ...(second ? [`${second.local.address}/64`] : [])],
    randomBytes: random.bytes,
    randomInteger: random.integer,
  });
}

function handleEvent(state: State, event: IceEvent): void {
  const { attempt, run, plan, output } = state;
  if (event.kind !== 'connected' && event.kind !== 'failed') return;
  const counts = { validAt: run.validAt(), packetsSent: attempt.packetsSent() };
  if (event.kind === 'connected') settle(state, { ...event, ...counts, wonBy: attempt.wonBy });
  else settle(state, state.isGone ? 'void' : { ...output, ...attempt.evidence(), plan, ...event, ...counts });
  if (event.kind === 'connected') state.onConnected?.(run.path);
}

function receive({ attempt, run }: State, arrival: Arrival): boolean {
  if (!attempt.owns(arrival)) return false;
  run.receive(arrival);
  return true;
}

function hear(state: State, news: PeerNews): void {
  const { world, attempt, run, sealed } = state;
  const text = news.kind === 'signal' ? sealed.open(news.data) : null;
  const said = text === null ? null : parsePeerSignal(text);
  if (said) attempt.handleSignal(world.clock.now(), said);
  if (said) run.wake();
  if (news.kind === 'signal') return;
  state.isGone = true;
  if (!attempt.evidence().isHeard || news.kind === 'replaced') settle(state, 'void');
}

function addRelay({ attempt, run }: State, relay: SimRelay): void {
  const allocation = relay.allocation();
  if (!allocation) return;
  run.addSocket(RELAY_SOCKET, relay);
  const { relayed: endpoint, mapped } = allocation;
  attempt.addLate([{ type: 'relay', socket: RELAY_SOCKET, endpoint, mapped }]);
  run.wake();
}

function settle(state: State, result: SimConnected | 'void'): void {
  if (state.isSettled) return;
  state.isSettled = true;
  if (result === 'void') state.attempt.close();
  state.onSettled(result);
}
