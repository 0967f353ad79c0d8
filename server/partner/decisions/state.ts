/** The state of the link to a partner, and the rules that all of it follows. */
import type { Family } from '../../../src/endpoint.ts';
import { createReplayWindow, type ReplayWindow } from '../../../src/tunnel/session/datagram/replay-window.ts';
import { type Rate, take } from '../../limit/bucket.ts';
import type { PartnerCounts } from './counts.ts';
import type { PartnerOutput } from './input-output.ts';
import { encodeMessage, type PartnerMessage, type Ports } from './message.ts';
import type { Borrowing, Lending } from './pages/state.ts';
import { type Epoch, keyOf, seal } from './seal.ts';
import { DOUBT_MS, HEARD_MS, type Standing } from './standing.ts';

/** The process of the partner that has answered one of our hellos. */
export interface Peer {
  readonly epoch: Epoch;
  readonly key: Uint8Array;
  readonly window: ReplayWindow;
  /** When the newest hello was sent that it has answered. */
  answeredMs: number;
  /** Whether it said then that it hears us. */
  hears: boolean;
  ports: Ports;
}

export interface State {
  readonly secret: string;
  readonly family: Family;
  readonly ports: Ports;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly counts: PartnerCounts;
  readonly epoch: Epoch;
  readonly key: Uint8Array;
  /** Of the next datagram that is sealed. */
  counter: number;
  /** Null until the partner has answered. */
  peer: Peer | null;
  /** The hellos that may still be answered: their challenges, and when each was sent. */
  readonly asked: Map<string, number>;
  /** The buckets (server/limit/bucket.ts): hellos that answer hellos, datagrams of unknown processes, and hand-overs. */
  asksBackMs: number;
  unknownMs: number;
  handOversMs: number;
  readonly lending: Lending;
  readonly borrowing: Borrowing;
  /** What came last from the partner's address and could not be taken. */
  doubt: { readonly standing: Standing; readonly atMs: number } | null;
  /** The standing that was told last. */
  told: Standing;
  toldMs: number;
  /** The latest time that was seen: a clock that goes back stands still. */
  nowMs: number;
  outputs: PartnerOutput[];
}

/** Whether there is a token in the bucket, which is then taken. */
export function takeToken(state: State, bucket: 'asksBackMs' | 'unknownMs' | 'handOversMs', rate: Rate): boolean {
  const next = take(state.nowMs, state[bucket], rate);
  if (next !== null) state[bucket] = next;
  return next !== null;
}

/** Seals a message for a process of the partner. */
export function say(state: State, to: Epoch, message: PartnerMessage): void {
  const header = { from: state.epoch, to, counter: state.counter++ };
  state.counts.sent[message.kind]++;
  state.outputs.push({ kind: 'send', bytes: seal(state.key, header, encodeMessage(message)) });
}

export function newPeer(state: State, epoch: Epoch, answer: Pick<Peer, 'answeredMs' | 'hears' | 'ports'>): Peer {
  return { ...answer, epoch, key: keyOf(state.secret, epoch), window: createReplayWindow() };
}

/** Whether a process of the partner has answered lately. */
export function isHeard({ nowMs, peer }: State): boolean {
  return peer !== null && nowMs - peer.answeredMs < HEARD_MS;
}

export function standingOf(state: State): Standing {
  const { peer, ports, doubt, nowMs } = state;
  if (peer && isHeard(state)) {
    if (peer.ports.port !== ports.port || peer.ports.altPort !== ports.altPort) return 'other-ports';
    return peer.hears ? 'up' : 'one-way';
  }
  return doubt && nowMs - doubt.atMs < DOUBT_MS ? doubt.standing : 'silent';
}
