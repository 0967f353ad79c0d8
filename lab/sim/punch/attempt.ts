/** Drives the attempt after an introduction on virtual time, and tells once what came of it. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { PairReport } from '../../../src/ice/checklist/pair.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { Attempt } from '../../../src/punch/attempt/attempt.ts';
import type { PunchBudget } from '../../../src/punch/attempt/budget.ts';
import { createIntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import { formatPeerSignal, parsePeerSignal } from '../../../src/punch/attempt/peer-signal.ts';
import { type PunchPlan, planIntroduced } from '../../../src/punch/attempt/plan.ts';
import type { PeerNews } from '../../../src/rendezvous/introduction/output.ts';
import type { Arrival } from '../../../src/session.ts';
import type { Host } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { UdpSocket } from '../network/udp.ts';
import type { World } from '../network/world.ts';
import { type AgentRun, driveAgent } from './agent.ts';
import type { SimRelay } from './relay.ts';
import type { SimIntroduced } from './told.ts';

type Failed = Extract<IceEvent, { readonly kind: 'failed' }>;

/** How an attempt ended; `at` and `validAt` are virtual times. */
export type SimConnected = { readonly at: number; readonly validAt: number | null; readonly packetsSent: number } & (
  | { readonly kind: 'connected'; readonly pair: PairReport; readonly rttMs: number }
  | { readonly kind: 'failed'; readonly reason: Failed['reason'] }
);

export interface SimAttempt {
  readonly plan: PunchPlan;
  readonly startAt: number;
  /** Takes a datagram of the room's socket, or of its relay; returns false when it does not belong to this attempt. */
  readonly receive: (arrival: Arrival) => boolean;
  readonly hear: (news: PeerNews) => void;
  /** The pair that data goes on now; null while there is none. */
  readonly selected: () => PairReport | null;
  readonly stop: () => void;
}

interface AttemptOptions {
  readonly id: string;
  readonly host: Host;
  readonly socket: UdpSocket;
  readonly relay: SimRelay | null;
  readonly server: Endpoint;
  readonly random: Random;
  readonly output: SimIntroduced;
  readonly budget: PunchBudget;
  readonly onTell: (data: string) => void;
  /** Called once; `void` says that the peer was lost, or has come anew, before any check from it came. */
  readonly onSettled: (result: SimConnected | 'void') => void;
}

interface State extends Pick<AttemptOptions, 'onSettled'> {
  readonly attempt: Attempt;
  readonly run: AgentRun;
  /** Whether a check of the peer has come. */
  isHeard: boolean;
  /** Whether the peer was lost, or has come anew. */
  isGone: boolean;
  isSettled: boolean;
}

export function startAttempt(world: World, options: AttemptOptions): SimAttempt {
  const { id, host, socket, relay, server, output, onTell, onSettled } = options;
  const { introduction, at, told } = output;
  const plan = planIntroduced(introduction, { id, ...told, isDirect: true, server: server.address });
  const startAt = at + introduction.startInMs;
  const attempt = attemptOf(options, { plan, startAt });
  const run = driveAgent(world, {
    ...{ agent: attempt, host, socket, relay, mayOpen: true },
    onTell: (ports) => onTell(formatPeerSignal({ type: 'ports', ports: [...ports] })),
    onEvent: (event) => handleEvent(state, event),
  });
  const state: State = { attempt, run, onSettled, isHeard: false, isGone: false, isSettled: false };
  world.clock.schedule(world.clock.now(), run.wake);
  return {
    plan,
    startAt,
    receive: (arrival) => receive(state, arrival),
    hear: (news) => hear(state, news),
    selected: attempt.selected,
    stop: attempt.close,
  };
}

function attemptOf(
  { socket, server, random, budget, output: { introduction, told } }: AttemptOptions,
  { plan, startAt }: Pick<SimAttempt, 'plan' | 'startAt'>,
): Attempt {
  return createIntroducedAttempt({
    ...{ introduction, plan, behavior: told.behavior, agentOf: told.agentOf, server, budget, startAt },
    networks: [`${socket.local.address}/24`],
    randomBytes: random.bytes,
    randomInteger: random.integer,
  });
}

function handleEvent(state: State, event: IceEvent): void {
  const { attempt, run } = state;
  state.isHeard ||= event.kind === 'check-received';
  if (event.kind !== 'connected' && event.kind !== 'failed') return;
  if (event.kind === 'failed' && state.isGone) settle(state, 'void');
  else settle(state, { ...event, validAt: run.validAt(), packetsSent: attempt.packetsSent() });
}

function receive({ attempt, run }: State, arrival: Arrival): boolean {
  if (!attempt.owns(arrival)) return false;
  run.receive(arrival);
  return true;
}

function hear(state: State, news: PeerNews): void {
  const { attempt, run } = state;
  const said = news.kind === 'signal' ? parsePeerSignal(news.data) : null;
  if (said) attempt.handlePorts(said.ports);
  if (said) run.wake();
  if (news.kind === 'signal') return;
  state.isGone = true;
  if (!state.isHeard || news.kind === 'replaced') settle(state, 'void');
}

function settle(state: State, result: SimConnected | 'void'): void {
  if (state.isSettled) return;
  state.isSettled = true;
  if (result === 'void') state.attempt.close();
  state.onSettled(result);
}
