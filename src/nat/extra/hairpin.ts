/**
 * Hairpinning (RFC 4787 §6, RFC 5780 §3.4) as a sans-IO session: two sockets of this host send to each other's public
 * endpoint, each opening its filter for the other. What comes has been turned around by the NAT; silence is judged as in
 * silence.ts, by plain requests to the server that go with it.
 */
import { mayName, scopeOf } from '../../address-scope.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Output, Session } from '../../session.ts';
import { decode } from '../../stun/decode.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { hex } from '../../stun/hex.ts';
import type { Finding } from '../behavior.ts';
import { createExchange } from '../probes/exchange.ts';
import { createPace } from '../probes/pace.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue } from '../probes/pursue.ts';
import { judgeSilence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';

export const HAIRPIN_SOCKETS = ['hairpin-1', 'hairpin-2'] as const;
type HairpinSocket = (typeof HAIRPIN_SOCKETS)[number];

/** After this many the loss is too high to conclude anything, as in filtering.ts. */
const MAX_ROUNDS = 60;

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

export function createHairpinTest(options: HairpinOptions): Session<Hairpin> {
  const { server, now: startedAt, timeoutMs, randomBytes } = options;
  const pace = createPace();
  const exchange = createExchange({ pace, randomBytes });
  const ask = (test: string, socket: HairpinSocket): Probe =>
    createProbe({ test, socket, to: server, change: 'none', expectedFrom: () => server });
  const first = HAIRPIN_SOCKETS.map((socket) => ask('hairpin.first', socket));
  const companions = HAIRPIN_SOCKETS.map((socket) => ask('hairpin.companion', socket));
  const knocks: Extract<Output<never>, { kind: 'transmit' }>[] = [];
  const knockIds = new Set<string>();
  const deadline = startedAt + timeoutMs;
  let lastRoundAt = Number.NEGATIVE_INFINITY;
  let heard = false;
  let wakeAt = startedAt;
  let result: Hairpin | null = obstacle(options.mapping);

  /** A request, so that whoever else may get it knows what it is; nobody answers it. */
  const knock = (socket: HairpinSocket, to: Endpoint): void => {
    const transactionId = randomBytes(TRANSACTION_ID_BYTES);
    knockIds.add(hex(transactionId));
    const bytes = encode({ class: 'request', method: METHOD.binding, transactionId, attributes: [] });
    knocks.push({ kind: 'transmit', socket, to, bytes });
  };
  const isKnock = (bytes: Uint8Array): boolean => {
    const decoded = decode(bytes);
    return decoded.ok && decoded.message.class === 'request' && knockIds.has(hex(decoded.message.transactionId));
  };

  /** What the server calls a public endpoint is sent to: it may be somebody else's. */
  const isTrusted = ({ address }: Endpoint): boolean => mayName(scopeOf(server.address), scopeOf(address));

  const judge = (now: number): Hairpin | null => {
    if (heard) return { supported: true, reason: null };
    if (first.some((probe) => !probe.answer && givenUpAt(probe, pace) <= now)) return unknownHairpin('no-answer');
    if (first.some(({ answer }) => answer && !isTrusted(answer.mapped))) return unknownHairpin('untrusted-address');
    const [one = [], other = []] = companions.map(({ sends }) =>
      sends.filter(({ at }) => at + pace.patienceMs() <= now),
    );
    const answered = (sends: typeof one): number => sends.filter(({ answeredAt }) => answeredAt !== null).length;
    const rounds = one.filter((send, index) => answered([send]) + answered(other.slice(index, index + 1)) === 2).length;
    const controls = { controlSends: one.length + other.length, controlAnswers: answered(one) + answered(other) };
    const judged = judgeSilence({ rounds, ...controls });
    if (judged === 'proven') return silent(options);
    const isOver = one.length >= MAX_ROUNDS || judged === 'control-mute';
    return isOver ? unknownHairpin('too-much-loss') : now >= deadline ? unknownHairpin('deadline') : null;
  };

  const advance = (now: number): void => {
    result ??= judge(now);
    if (result) return;
    const [a, b] = first.map(({ answer }) => answer?.mapped);
    const askAt = pursue(now, first, { exchange, pace });
    if (!a || !b) {
      wakeAt = Math.min(deadline, askAt);
      return;
    }
    const sent = companions[0]?.sends.length ?? 0;
    if (sent < MAX_ROUNDS && now >= lastRoundAt + pace.roundMs()) {
      lastRoundAt = now;
      for (const companion of companions) exchange.send(now, companion);
      knock('hairpin-1', b);
      knock('hairpin-2', a);
    }
    wakeAt = Math.min(deadline, lastRoundAt + (sent < MAX_ROUNDS ? pace.roundMs() : pace.patienceMs()));
  };

  return {
    handleDatagram: (now, arrival) => {
      if (isKnock(arrival.bytes)) heard = true;
      else exchange.receive(now, arrival);
      advance(now);
    },
    handleSendFailure: (now, failure) => {
      exchange.fail(failure);
      advance(now);
    },
    handleTimeout: advance,
    poll: (now) => {
      if (wakeAt <= now) advance(now);
      if (result) return { kind: 'done', result };
      return exchange.dequeue() ?? knocks.shift() ?? { kind: 'wait', until: wakeAt };
    },
  };
}

export function unknownHairpin(reason: Reason): Hairpin {
  return { supported: null, reason };
}

/** Why there is nothing to test, or null. */
function obstacle(mapping: Finding): Hairpin | null {
  if (mapping.behavior === 'none') return unknownHairpin('no-nat');
  return mapping.behavior === 'undetermined' ? unknownHairpin(mapping.reason) : null;
}

/**
 * What silence says. Behind a destination-dependent mapping the two come from ports that neither has sent to: then a
 * filter stops them as well, and only one that asks for nothing leaves hairpinning to blame.
 */
function silent({ mapping, filtering }: HairpinOptions): Hairpin {
  const isOpen = mapping.behavior === 'endpoint-independent' || filtering.behavior === 'endpoint-independent';
  return isOpen ? { supported: false, reason: null } : unknownHairpin('depends-on-destination');
}
