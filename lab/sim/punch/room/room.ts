/**
 * A peer in the simulated network as the product makes it: the introductions (src/rendezvous/introduction), the binding of
 * its socket by tickets, and an attempt for each peer that it is introduced to, all over one socket and one relay.
 */

import type { Endpoint } from '../../../../src/endpoint.ts';
import { createPunchBudget, INTRODUCTIONS_MAX } from '../../../../src/punch/attempt/budget.ts';
import type { RoomSeal } from '../../../../src/punch/attempt/seal.ts';
import {
  createIntroductions,
  type Introductions,
  type IntroductionsOptions,
} from '../../../../src/rendezvous/introduction/introductions.ts';
import type { IntroductionInput, IntroductionOutput } from '../../../../src/rendezvous/introduction/output.ts';
import { behaviorByHand } from '../../../../src/rendezvous/manual/behavior-by-hand.ts';
import type { ToldBehavior } from '../../../../src/rendezvous/protocol/fields.ts';
import type { Arrival } from '../../../../src/session.ts';
import { createAlarm } from '../../network/clock.ts';
import type { Host } from '../../network/host.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';
import { type SimConnected, startAttempt } from '../attempt.ts';
import type { SimPath } from '../path.ts';
import { type Bindings, createBindings } from './bindings.ts';
import { createClient, type SimRendezvous } from './client.ts';
import type { SimClient } from './connection.ts';
import { createMeeting, type Meeting, type SimMeeting, viewOf } from './meeting.ts';
import { createSimReachability, type SimReachability } from './reachability.ts';
import type { SimRelay } from './relay.ts';
import type { NotIntroduced, SimIntroduced, SimTold } from './told.ts';

export interface SimRoom {
  readonly id: string;
  /** Begins to meet that peer. */
  readonly meet: (peer: string, options?: { readonly waitMs?: number }) => SimMeeting;
  /** Ends the process without telling anybody. */
  readonly die: () => void;
}

export interface SimRoomOptions extends Partial<IntroductionsOptions> {
  readonly id: string;
  readonly host: Host;
  readonly rendezvous: SimRendezvous;
  /** The STUN endpoint that takes tickets, or without a server the one that sees this side first. */
  readonly server: Endpoint;
  /** Without a server, other STUN endpoints that see this side; default: none. */
  readonly otherServers?: readonly Endpoint[];
  readonly behavior: ToldBehavior;
  /** What keeps signals and the key of the checks from the rendezvous. */
  readonly seal?: RoomSeal | undefined;
  /** How long a message to or from the rendezvous takes, one way; default: 0. */
  readonly delayMs?: () => number;
  /** Called with each path as soon as it is open. */
  readonly onConnected?: ((path: SimPath) => void) | undefined;
}

const WAIT_MS = 60_000;

interface State {
  readonly world: World;
  readonly options: SimRoomOptions;
  readonly random: Random;
  readonly introductions: Introductions<SimTold>;
  readonly reachability: SimReachability;
  readonly meetings: Map<string, Meeting>;
  client: SimClient | null;
  readonly bindings: Bindings;
  readonly wakeBy: (until: number) => void;
  isDead: boolean;
}

/** Creates a peer, which joins the room with the first `meet`. */
export function createSimRoom(world: World, options: SimRoomOptions): SimRoom {
  const { id, host, rendezvous, server, otherServers = [], joinWaitMs = WAIT_MS } = options;
  const behavior = rendezvous.kind === 'lines' ? behaviorByHand(options.behavior) : options.behavior;
  const stun = rendezvous.kind === 'server' ? undefined : [server, ...otherServers];
  const random = host.random.fork(`punch ${id}`);
  const heard = (arrival: Arrival): void => receive(state, arrival);
  const onChanged = (): void => tell(state, { kind: 'changed' });
  const onLateRelay = (relay: SimRelay): void => {
    for (const { attempt } of state.meetings.values()) attempt?.addRelay(relay);
  };
  const reached = { host, random, server: server.address, behavior, receive: heard, onChanged, onLateRelay };
  const reachability = createSimReachability(world, reached);
  const sockets = { first: reachability.socket, second: reachability.second };
  const told = (input: IntroductionInput<SimTold>): void => {
    tellSeen(state, input);
    tell(state, input);
  };
  const state: State = {
    ...{ world, options, random, reachability, meetings: new Map() },
    introductions: createIntroductions<SimTold>({ ...options, joinWaitMs }),
    bindings: createBindings(world, { host, random, server, stun, sockets, tell: told }),
    ...{ client: null, isDead: false },
    wakeBy: createAlarm(world.clock, () => tell(state, { kind: 'timeout' })),
  };
  state.client = createClient<SimTold>(world, { ...options, random, tell: told });
  return {
    id,
    meet: (peer, { waitMs = WAIT_MS } = {}) => meet(state, peer, waitMs),
    die: () => die(state),
  };
}

/** Where a socket is seen the brokers' machine has to be told. */
function tellSeen({ client }: State, input: IntroductionInput<SimTold>): void {
  if (input.kind === 'bound' && input.result.outcome === 'bound') client?.seen('first', input.result.public);
}

function meet(state: State, peer: string, waitMs: number): SimMeeting {
  const { world, meetings, options } = state;
  const repeatedUntil = options.rendezvous.kind === 'lines' ? world.clock.now() + waitMs : 0;
  const meeting = createMeeting({ peer, waitMs, repeatedUntil });
  meetings.set(peer, meeting);
  world.clock.schedule(world.clock.now(), () => tell(state, { kind: 'want', peer, waitMs }));
  return viewOf(meeting);
}

function die(state: State): void {
  state.isDead = true;
  for (const { attempt } of state.meetings.values()) attempt?.stop();
  state.reachability.close();
  state.client?.drop();
}

function receive({ bindings, meetings }: State, arrival: Arrival): void {
  if (bindings.receive(arrival)) return;
  for (const { attempt } of meetings.values()) if (attempt?.receive(arrival)) return;
}

function tell(state: State, input: IntroductionInput<SimTold>): void {
  if (state.isDead) return;
  for (const output of state.introductions.handle(state.world.clock.now(), input)) obey(state, output);
  state.wakeBy(state.introductions.wakeAt());
}

function obey(state: State, output: IntroductionOutput<SimTold>): void {
  const { client, reachability, meetings, bindings } = state;
  switch (output.kind) {
    case 'join':
      client?.join(output.resumeKey);
      break;
    case 'send':
      client?.send(output.message);
      break;
    case 'bind':
    case 'bind-second':
      bindings.bind(output);
      break;
    case 'unbind':
      bindings.stop();
      break;
    case 'gather':
      reachability.gather(output, (told) => tell(state, { kind: 'gathered', gathering: output.gathering, told }));
      break;
    case 'turn':
      reachability.seekRelay(output.servers);
      break;
    case 'introduced':
      introduced(state, output);
      break;
    case 'news':
      meetings.get(output.peer)?.attempt?.hear(output.news);
      break;
    case 'not-introduced':
      settle(state, output.peer, output);
      break;
    case 'failed':
      for (const peer of meetings.keys()) settle(state, peer, output);
      break;
  }
}

function introduced(state: State, output: SimIntroduced): void {
  const { world, options, random, reachability } = state;
  const { peer } = output.introduction;
  const meeting = state.meetings.get(peer);
  if (!meeting || meeting.outcome) return;
  meeting.introductions++;
  meeting.attempt = startAttempt(world, {
    ...{ id: options.id, host: options.host, server: options.server, seal: options.seal },
    ...{
      socket: reachability.socket,
      second: reachability.second,
      relay: reachability.relay(),
      random,
      output,
      budget: meeting.budget,
    },
    onConnected: options.onConnected,
    onTell: (data) => tell(state, { kind: 'signal', peer, data }),
    onSettled: (result) => {
      if (!state.isDead) end(state, meeting, result);
    },
  });
}

function end(state: State, meeting: Meeting, result: SimConnected | 'void'): void {
  const { peer, waitMs, introductions } = meeting;
  if (result !== 'void' && result.kind === 'failed' && state.world.clock.now() < meeting.repeatedUntil) {
    Object.assign(meeting, { budget: createPunchBudget(), introductions: 0 });
    tell(state, { kind: 'want', peer, waitMs });
  } else if (result !== 'void') meeting.outcome ??= result;
  else if (introductions === INTRODUCTIONS_MAX) settle(state, peer, { reason: 'no-peer', detail: null });
  else tell(state, { kind: 'want', peer, waitMs });
}

function settle({ world, meetings }: State, peer: string, { reason, detail }: NotIntroduced): void {
  const meeting = meetings.get(peer);
  if (meeting) meeting.outcome ??= { kind: 'not-introduced', at: world.clock.now(), reason, detail };
}
