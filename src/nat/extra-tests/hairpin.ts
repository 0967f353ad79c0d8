/**
 * Hairpinning (RFC 4787 §6, RFC 5780 §3.4) as a sans-IO session: two sockets of this host send to each other's public
 * endpoint, each opening its filter for the other. What comes has been turned around by the NAT; silence is judged as in
 * silence.ts, by plain requests to the server that go with it.
 */
import { mayName, scopeOf } from '../../address-scope.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Arrival, Session } from '../../session.ts';
import { decode } from '../../stun/decode.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { hex } from '../../stun/hex.ts';
import type { Finding } from '../behavior.ts';
import { askTogether } from '../probes/ask.ts';
import { createExchange, sendProbe } from '../probes/exchange.ts';
import { createProbe, isGivenUp, type Probe } from '../probes/probe.ts';
import { answeredCount, dueSends, judgeSilence, MAX_ROUNDS } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type Asking, sessionOf } from './session.ts';

export const HAIRPIN_SOCKETS = ['hairpin-1', 'hairpin-2'] as const;
type HairpinSocket = (typeof HAIRPIN_SOCKETS)[number];

/** Whether two hosts behind this NAT reach each other by their public endpoints; null with the reason when not known. */
export type Hairpin =
  | { readonly supported: boolean; readonly reason: null }
  | { readonly supported: null; readonly reason: Reason };

export interface HairpinOptions {
  readonly server: Endpoint;
  /** What the detection has found. */
  readonly mapping: Finding;
  readonly filtering: Finding;
  /** After this time what is not known is undetermined. */
  readonly timeoutMs: number;
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

interface State extends Asking<Hairpin> {
  readonly options: HairpinOptions;
  readonly deadline: number;
  /** Tells the public endpoint of each socket. */
  readonly first: readonly Probe[];
  /** The plain request of each socket in each round. */
  readonly companions: readonly Probe[];
  /** The hex text of the transaction ids of the packets to public endpoints, by which they are known again when they come back. */
  readonly packetIds: Set<string>;
  lastRoundAt: number;
  /** Whether one of the packets has come back. */
  isHeard: boolean;
}

export function createHairpinTest(options: HairpinOptions): Session<Hairpin> {
  return sessionOf(initialState(options), { advance, take: takePacket });
}

function initialState(options: HairpinOptions): State {
  const { server: to, now: startedAt, timeoutMs, randomBytes, mapping } = options;
  const ask = (test: string): readonly Probe[] => HAIRPIN_SOCKETS.map((socket) => createProbe({ test, socket, to }));
  return {
    options,
    exchange: createExchange(randomBytes),
    deadline: startedAt + timeoutMs,
    first: ask('hairpin.first'),
    companions: ask('hairpin.companion'),
    packetIds: new Set(),
    lastRoundAt: Number.NEGATIVE_INFINITY,
    isHeard: false,
    wakeAt: startedAt,
    result: obstacle(mapping),
  };
}

/** Why there is nothing to test, or null. */
function obstacle(mapping: Finding): Hairpin | null {
  if (mapping.behavior === 'none') return unknownHairpin('no-nat');
  return mapping.behavior === 'undetermined' ? unknownHairpin(mapping.reason) : null;
}

function advance(now: number, state: State): void {
  state.result ??= judge(now, state);
  if (state.result) return;
  const { exchange, first, deadline } = state;
  const [a, b] = first.map(({ answer }) => answer?.mapped);
  const askAt = askTogether(now, exchange, first);
  state.wakeAt = Math.min(deadline, a && b ? stepRounds(now, state, [a, b]) : askAt);
}

/** Sends a round when it is due. @returns when to call again. */
function stepRounds(now: number, state: State, [a, b]: readonly [Endpoint, Endpoint]): number {
  const { exchange, companions } = state;
  const { pace } = exchange;
  const isOver = (companions[0]?.sends.length ?? 0) >= MAX_ROUNDS;
  if (!isOver && now >= state.lastRoundAt + pace.roundMs()) {
    state.lastRoundAt = now;
    for (const companion of companions) sendProbe(now, exchange, companion);
    sendPacket(state, 'hairpin-1', b);
    sendPacket(state, 'hairpin-2', a);
  }
  return state.lastRoundAt + (isOver ? pace.patienceMs() : pace.roundMs());
}

/** Queues a request, so that whoever else may get it knows what it is; nobody answers it. */
function sendPacket({ options, exchange, packetIds }: State, socket: HairpinSocket, to: Endpoint): void {
  const transactionId = options.randomBytes(TRANSACTION_ID_BYTES);
  packetIds.add(hex(transactionId));
  const bytes = encode({ class: 'request', method: METHOD.binding, transactionId, attributes: [] });
  exchange.queue.push({ kind: 'transmit', socket, to, bytes });
}

/** Takes a packet that has come back; false for any other datagram. */
function takePacket(state: State, { bytes }: Arrival): boolean {
  const decoded = decode(bytes);
  if (!decoded.ok || decoded.message.class !== 'request') return false;
  if (!state.packetIds.has(hex(decoded.message.transactionId))) return false;
  state.isHeard = true;
  return true;
}

/** What is known so far; null while more may still come. */
function judge(now: number, state: State): Hairpin | null {
  const { first, options, exchange } = state;
  if (state.isHeard) return { supported: true, reason: null };
  if (first.some((probe) => isGivenUp(now, probe, exchange.pace))) return unknownHairpin('no-answer');
  if (first.some(({ answer }) => answer && !isTrusted(options.server, answer.mapped))) {
    return unknownHairpin('untrusted-address');
  }
  return judgeRounds(now, state);
}

/** What the server calls a public endpoint is sent to: it may be somebody else's. */
function isTrusted(server: Endpoint, { address }: Endpoint): boolean {
  return mayName(scopeOf(server.address), scopeOf(address));
}

/** A round counts when the companions of both sockets were answered. */
function judgeRounds(now: number, { companions, exchange, options, deadline }: State): Hairpin | null {
  const [one = [], other = []] = companions.map(({ sends }) => dueSends(now, sends, exchange.pace));
  const rounds = one.filter((send, at) => answeredCount([send, ...other.slice(at, at + 1)]) === 2);
  const judged = judgeSilence({
    rounds: rounds.length,
    controlSends: one.length + other.length,
    controlAnswers: answeredCount(one) + answeredCount(other),
  });
  if (judged === 'proven') return silent(options);
  if (one.length >= MAX_ROUNDS || judged === 'control-mute') return unknownHairpin('too-much-loss');
  return now >= deadline ? unknownHairpin('deadline') : null;
}

export function unknownHairpin(reason: Reason): Hairpin {
  return { supported: null, reason };
}

/**
 * What silence says. Behind a destination-dependent mapping the two come from ports that neither has sent to: then a
 * filter stops them as well, and only one that asks for nothing leaves hairpinning to blame.
 */
function silent({ mapping, filtering }: HairpinOptions): Hairpin {
  const isOpen = mapping.behavior === 'endpoint-independent' || filtering.behavior === 'endpoint-independent';
  return isOpen ? { supported: false, reason: null } : unknownHairpin('depends-on-destination');
}
