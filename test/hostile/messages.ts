/** Rendezvous messages and peer signals that the schemas take, and that say anything within them. */
import type { Random } from '../../lab/sim/network/random.ts';
import { DEPENDENCIES } from '../../src/nat/behavior.ts';
import { PORT_ASSIGNMENT_KINDS } from '../../src/nat/port-assignment/pattern.ts';
import { PREDICTED_PORTS } from '../../src/punch/attempt/techniques/choose-technique.ts';
import {
  CANDIDATES_MAX,
  ROOM_PEERS_MAX,
  START_MAX_MS,
  TURN_SERVERS_MAX,
} from '../../src/rendezvous/protocol/bounds.ts';
import type { ClientMessage } from '../../src/rendezvous/protocol/client-message.ts';
import type { ToldBehavior } from '../../src/rendezvous/protocol/fields.ts';
import { REFUSAL_CODES } from '../../src/rendezvous/protocol/refusal.ts';
import type { ServerMessage, ServerMessageOf } from '../../src/rendezvous/protocol/server-message.ts';
import { address, chance, endpoint, listOf, port, secret, text } from './values.ts';

type Some<T> = readonly [T, ...T[]];
export const IDS = ['alice', 'bob', 'carol', '~', '.'] as const;

const AXES = [...DEPENDENCIES, 'none', 'undetermined'] as unknown as Some<ToldBehavior['mapping']>;
const KINDS = PORT_ASSIGNMENT_KINDS as unknown as Some<(typeof PORT_ASSIGNMENT_KINDS)[number]>;

export function durationMs(random: Random): number {
  return random.pick([0, 0.1, 1, 500, 10_000, 120_000, 86_400_000]);
}

function allocation(random: Random): ToldBehavior['allocation'] {
  const first = port(random);
  return {
    kind: random.pick(KINDS),
    step: chance(random, 0.5) ? null : random.pick([1, -1, 2, 16, 1024, 65_535, -65_535]),
    range: chance(random, 0.5)
      ? null
      : { first, last: Math.min(65_535, first + random.pick([0, 1, 63, 1023, 65_535])) },
  };
}

export function behavior(random: Random): ToldBehavior {
  // The pair that the hard techniques are for comes up more often than chance has it.
  const isStrict = chance(random, 0.5);
  const told = {
    mapping: isStrict
      ? random.pick<ToldBehavior['mapping']>(['none', 'address-and-port-dependent'])
      : random.pick(AXES),
    filtering: isStrict ? 'address-and-port-dependent' : random.pick(AXES),
  };
  return chance(random, 0.8) ? { ...told, allocation: allocation(random) } : told;
}

/** A candidate line that is one, or nearly. */
export function candidateLine(random: Random): string {
  const type = random.pick(['host', 'srflx', 'prflx', 'relay', 'host', 'other']);
  const priority = random.pick([0, 1, 1_694_498_815, 2_130_706_431, 2_147_483_647, 4_294_967_296]);
  const host = chance(random, 0.9) ? address(random) : random.pick(['x.local', 'example.org', '1.2.3', '%', '::g']);
  const base = `${random.pick(['1', 'abc+/', ''])} ${random.pick([1, 1, 1, 2, 0])} ${random.pick(['udp', 'UDP', 'tcp'])}`;
  const related = chance(random, 0.5) ? ` raddr ${address(random)} rport ${random.pick([0, 9, 65_536])}` : '';
  return `${random.pick(['', 'candidate:', 'a=candidate:'])}${base} ${priority} ${host} ${port(random)} typ ${type}${related}`;
}

export function candidates(random: Random): string[] {
  return listOf(random, CANDIDATES_MAX, () => candidateLine(random));
}

export function introduction(random: Random): ServerMessageOf<'introduction'> {
  return {
    type: 'introduction',
    peer: random.pick(IDS),
    endpoint: endpoint(random),
    candidates: candidates(random),
    behavior: behavior(random),
    own: endpoint(random),
    role: random.pick(['controlling', 'controlled']),
    key: secret(random),
    startInMs: random.pick([0, 0, 0.5, 20, START_MAX_MS]),
  };
}

function ticket(random: Random) {
  return { username: secret(random), password: secret(random), expiresInMs: durationMs(random) };
}

/** Makes TURN servers, none of which can be reached; what connects is tested with fakes. */
function turn(random: Random) {
  const urls = ['turn:192.0.2.1', 'turn:[::1]:0', 'turns:x?transport=tcp', 'turn:', 'turn:x:99999'] as const;
  return listOf(random, TURN_SERVERS_MAX, () => ({
    urls: [random.pick(urls)],
    username: 'u',
    password: 'p',
    expiresInMs: durationMs(random),
  }));
}

const SERVER_MESSAGES: Readonly<Record<ServerMessage['type'], (random: Random) => ServerMessage>> = {
  joined: (random) => ({
    type: 'joined',
    id: random.pick(IDS),
    room: random.pick(IDS),
    peers: listOf(random, ROOM_PEERS_MAX, () => random.pick(IDS)),
    resumed: chance(random, 0.5),
    resumeKey: secret(random),
    ticket: ticket(random),
    stun: { port: port(random), altPort: port(random) },
    ...(chance(random, 0.5) && { turn: turn(random) }),
  }),
  ticket: (random) => ({ type: 'ticket', ticket: ticket(random), ...(chance(random, 0.5) && { turn: turn(random) }) }),
  turn: (random) => ({ type: 'turn', turn: turn(random) }),
  bound: (random) => ({ type: 'bound', endpoint: endpoint(random) }),
  'peer-joined': (random) => ({ type: 'peer-joined', peer: random.pick(IDS) }),
  'peer-left': (random) => ({ type: 'peer-left', peer: random.pick(IDS), reason: random.pick(['left', 'lost']) }),
  asked: (random) => ({ type: 'asked', peer: random.pick(IDS), present: chance(random, 0.5) }),
  wanted: (random) => ({ type: 'wanted', peer: random.pick(IDS) }),
  paired: (random) => ({ type: 'paired', peer: random.pick(IDS), role: random.pick(['controlling', 'controlled']) }),
  introduction,
  signal: (random) => ({ type: 'signal', peer: random.pick(IDS), data: signal(random) }),
  error: (random) => ({
    type: 'error',
    code: random.pick(REFUSAL_CODES as unknown as Some<(typeof REFUSAL_CODES)[number]>),
    message: text(random, 64),
    ...(chance(random, 0.5) && { re: text(random, 16) }),
    ...(chance(random, 0.5) && { peer: random.pick(IDS) }),
    ...(chance(random, 0.5) && { retryInMs: durationMs(random) }),
  }),
  closing: () => ({ type: 'closing' }),
};
const SERVER_TYPES = Object.keys(SERVER_MESSAGES) as unknown as Some<ServerMessage['type']>;

export function serverMessageOf(random: Random, type = random.pick(SERVER_TYPES)): ServerMessage {
  return SERVER_MESSAGES[type](random);
}

/** Ports as the technique tells them, or what another application would say. */
export function signal(random: Random): string {
  if (chance(random, 0.2)) return text(random, 64);
  if (chance(random, 0.3)) return JSON.stringify({ type: 'moved', port: port(random) });
  if (chance(random, 0.3)) return JSON.stringify({ type: 'address', address: address(random) });
  return JSON.stringify({ type: 'ports', ports: listOf(random, PREDICTED_PORTS, () => port(random)) });
}

export function clientMessageOf(random: Random): ClientMessage {
  const peer = random.pick(IDS);
  switch (random.integer(8)) {
    case 0:
    case 1:
      return {
        type: 'join',
        version: 1,
        room: random.pick(['a', 'b']),
        id: peer,
        ...(chance(random, 0.3) && { token: text(random, 32) }),
        ...(chance(random, 0.3) && { resumeKey: secret(random) }),
      };
    case 2:
      return { type: 'ticket' };
    case 3:
    case 4:
      return { type: 'ask', peer, candidates: candidates(random), behavior: behavior(random) };
    case 5:
      return { type: 'withdraw', peer };
    case 6:
      return { type: 'signal', peer, data: signal(random) };
    default:
      return chance(random, 0.2) ? { type: 'leave' } : { type: 'ticket' };
  }
}
