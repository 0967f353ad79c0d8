/**
 * One of two peers on a simulated cluster who is all of natcheck's client: its introductions, a socket that is shown, and
 * probes with the key of the introduction until the same key has come from the peer. Then it sends the peer a signal.
 */
import type { ConnectionOutput } from '../../../../server/rendezvous/decisions/input-output.ts';
import { signOfClose } from '../../../../src/net/rendezvous/server-sign.ts';
import { createIntroductions } from '../../../../src/rendezvous/introduction/introductions.ts';
import type { IntroductionInput, IntroductionOutput } from '../../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../../src/rendezvous/introduction/state.ts';
import { BEHAVIOR, CANDIDATE } from '../../rendezvous/decisions/world.ts';
import { type SimClock, type SimNode, stunOf } from './sim-redis.ts';

/** One way, of everything that a side sends and hears. */
const WAY_MS = 2;
const PROBE_MS = 25;
const RESEND_MS = 200;
/** As src/punch/reachability/bind.ts. */
const UDP_PATIENCE_MS = 1_000;
const WAIT_MS = 60_000;
const TOLD: Told = { candidates: [CANDIDATE], behavior: BEHAVIOR };

/** What has happened last of that side. */
export type SideStep = 'joining' | 'joined' | 'ticket shown' | 'asked' | 'punching' | 'path open' | 'signal heard';

export interface SimSide {
  readonly id: string;
  readonly step: () => SideStep;
  /** The keys of all introductions that it has followed. */
  readonly keys: readonly string[];
  readonly asks: () => number;
  readonly returns: () => number;
  /** Why it has given up; null while it has not. */
  readonly failure: () => string | null;
  readonly isOpen: () => boolean;
  /** Takes a probe of the peer. */
  readonly hear: (key: string) => void;
}

export interface SimSideOptions {
  readonly clock: SimClock;
  readonly nodes: readonly SimNode[];
  readonly id: string;
  readonly peer: () => SimSide | undefined;
  /** The node that it comes to first, and that its socket is shown to. */
  readonly at: SimNode;
  readonly socketPort: number;
}

interface Connection {
  readonly node: SimNode;
  readonly number: number;
  hasJoined: boolean;
}

interface State extends SimSideOptions {
  readonly machine: ReturnType<typeof createIntroductions<Told>>;
  readonly keys: string[];
  here: Connection | null;
  last: SimNode;
  /** A node that did not let it in, which a load balancer sends nobody to. */
  avoided: SimNode | null;
  step: SideStep;
  joins: number;
  asks: number;
  /** The number of the binding that counts. */
  binding: number;
  failure: string | null;
  isOpen: boolean;
  wakeAt: number;
}

let connections = 0;

export function startSide(options: SimSideOptions): SimSide {
  const machine = createIntroductions<Told>({ joinWaitMs: WAIT_MS });
  const state: State = {
    ...{
      ...options,
      machine,
      keys: [],
      here: null,
      last: options.at,
      avoided: null,
      step: 'joining',
      joins: 0,
      asks: 0,
    },
    ...{ binding: 0, failure: null, isOpen: false, wakeAt: Number.POSITIVE_INFINITY },
  };
  tell(state, { kind: 'want', peer: peerIdOf(state), waitMs: WAIT_MS });
  probe(state);
  watchDeath(state);
  return {
    id: options.id,
    step: () => state.step,
    keys: state.keys,
    asks: () => state.asks,
    returns: () => state.joins - 1,
    failure: () => state.failure,
    isOpen: () => state.isOpen,
    hear: (key) => heard(state, key),
  };
}

const peerIdOf = ({ id }: State): string => (id === 'alice' ? 'bob' : 'alice');

function tell(state: State, input: IntroductionInput<Told>): void {
  const { clock, machine } = state;
  for (const output of machine.handle(clock.now(), input)) obey(state, output);
  const wakeAt = machine.wakeAt();
  state.wakeAt = wakeAt;
  if (wakeAt === Number.POSITIVE_INFINITY) return;
  clock.after(Math.max(0, wakeAt - clock.now()), () => {
    if (state.wakeAt === wakeAt) tell(state, { kind: 'timeout' });
  });
}

function obey(state: State, output: IntroductionOutput<Told>): void {
  const { clock } = state;
  switch (output.kind) {
    case 'join':
      join(state, output.resumeKey);
      break;
    case 'send':
      if (output.message.type === 'ask') {
        state.asks++;
        state.step = 'asked';
      }
      say(state, output.message);
      break;
    case 'bind':
      bind(state, output);
      break;
    case 'unbind':
      state.binding = 0;
      break;
    case 'gather':
      clock.after(1, () => tell(state, { kind: 'gathered', gathering: output.gathering, told: TOLD }));
      break;
    case 'introduced':
      state.keys.push(output.introduction.key);
      state.step = 'punching';
      break;
    case 'news':
      if (output.news.kind === 'signal') state.step = 'signal heard';
      else if (!state.isOpen) tell(state, { kind: 'want', peer: peerIdOf(state), waitMs: WAIT_MS });
      break;
    case 'failed':
    case 'not-introduced':
      state.failure = [output.reason, output.detail].join(': ');
      break;
  }
}

/** Connects to the last node, or the next one that is there. */
function join(state: State, resumeKey: string | undefined): void {
  const { clock, nodes, id, last } = state;
  const node =
    [last, ...nodes].find((one) => one.isAlive() && one.cluster.isServing() && one !== state.avoided) ?? last;
  if (!node.isAlive()) {
    const lost = { outcome: 'unreachable', reason: 'ECONNREFUSED', sign: 'absent' } as const;
    clock.after(WAY_MS, () => tell(state, { kind: 'not-joined', ...lost }));
    return;
  }
  state.last = node;
  const connection: Connection = { node, number: connections++, hasJoined: false };
  state.here = connection;
  const former = node.onOutput;
  node.onOutput = (output) => {
    if (output.connection !== connection.number) former(output);
    else clock.after(WAY_MS, () => state.here === connection && take(state, connection, output));
  };
  node.handle({ kind: 'opened', connection: connection.number, source: '192.0.2.1' });
  say(state, { type: 'join', version: 1, room: 'room', id, ...(resumeKey === undefined ? {} : { resumeKey }) });
}

function say({ clock, here }: State, message: object): void {
  if (!here) return;
  const { node, number: connection } = here;
  clock.after(WAY_MS, () => node.handle({ kind: 'message', connection, text: JSON.stringify(message) }));
}

function take(state: State, connection: Connection, output: ConnectionOutput): void {
  const { node, number } = connection;
  if (output.kind === 'ping') {
    const pong = { kind: 'pong', connection: number, payload: output.payload } as const;
    state.clock.after(WAY_MS, () => node.handle(pong));
  } else if (output.kind === 'close') lose(state, connection, output);
  else if (output.message.type === 'joined') {
    connection.hasJoined = true;
    state.joins++;
    if (state.keys.length === 0) state.step = 'joined';
    tell(state, { kind: 'joined', joined: output.message, address: '203.0.113.1' });
  } else if (connection.hasJoined) tell(state, { kind: 'message', message: output.message });
  else if (output.message.type === 'error') {
    const { code, message, retryInMs } = output.message;
    state.here = null;
    tell(state, { kind: 'not-joined', outcome: 'refused', code, message, retryInMs });
  }
}

function lose(
  state: State,
  { node, hasJoined }: Connection,
  { code, reason }: { readonly code: number; readonly reason: string },
): void {
  state.here = null;
  if (hasJoined) tell(state, { kind: 'closed', code, reason });
  else {
    state.avoided = node;
    tell(state, { kind: 'not-joined', outcome: 'unreachable', reason, sign: signOfClose(code) });
  }
}

/** The system of a process that is killed ends its connections. */
function watchDeath(state: State): void {
  state.clock.after(1, () => {
    if (state.here && !state.here.node.isAlive()) lose(state, state.here, { code: 1006, reason: '' });
    watchDeath(state);
  });
}

/** Shows the ticket again and again: to the first node, and when that has moved or is silent to the one that the side is at. */
function bind(state: State, output: Extract<IntroductionOutput<Told>, { readonly kind: 'bind' }>): void {
  const { clock, nodes, at, socketPort } = state;
  const { binding, ticket, place, hasMoved } = output;
  state.binding = binding;
  const startedAt = clock.now();
  const there = nodes.find((_, index) => stunOf(index + 1).port === place.port) ?? at;
  const endpoint = { address: '192.0.2.1', port: socketPort };
  const send = (): void => {
    if (state.binding !== binding) return;
    clock.after(RESEND_MS, send);
    const node = hasMoved || clock.now() - startedAt >= UDP_PATIENCE_MS ? there : at;
    if (!node.isAlive() || node.isStopped()) return;
    node.handle({ kind: 'bound', ticket: ticket.username, endpoint });
    clock.after(WAY_MS, () => {
      if (state.binding !== binding) return;
      state.binding = 0;
      if (state.keys.length === 0) state.step = 'ticket shown';
      tell(state, { kind: 'bound', binding, result: { outcome: 'bound', public: endpoint, rttMs: 2 * WAY_MS } });
    });
  };
  clock.after(WAY_MS, send);
}

/** Sends the current key to the peer, for as long as the test lasts. */
function probe(state: State): void {
  const { clock, keys, peer } = state;
  const key = keys.at(-1);
  if (key !== undefined) clock.after(2 * WAY_MS, () => peer()?.hear(key));
  clock.after(key === undefined ? 1 : PROBE_MS, () => probe(state));
}

function heard(state: State, key: string): void {
  if (state.isOpen || key !== state.keys.at(-1)) return;
  Object.assign(state, { isOpen: true, step: 'path open' });
  tell(state, { kind: 'signal', peer: peerIdOf(state), data: 'another way' });
}
