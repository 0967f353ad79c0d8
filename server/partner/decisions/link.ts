/**
 * The link of two servers with one address each, which together are one RFC 5780 server: the partner is asked all the
 * time whether it is there, and each answers requests for the other from its own address. Only what opens with the
 * shared secret is acted on, once, and while the partner is heard.
 */
import type { Family } from '../../../src/endpoint.ts';
import type { Rate } from '../../limit/bucket.ts';
import type { HandOver } from '../../stun/decisions/hand-over.ts';
import { createPartnerCounts, type PartnerCounts } from './counts.ts';
import { sayHello } from './hello.ts';
import type { PartnerInput, PartnerOutput } from './input-output.ts';
import { EPOCH_BYTES } from './lengths.ts';
import type { Ports } from './message.ts';
import { askToTransmit, createBorrowing, tellFragments } from './pages/borrow.ts';
import { carry, createLending, endLeases, isLent } from './pages/lend.ts';
import { receive } from './receive.ts';
import { type Epoch, keyOf } from './seal.ts';
import { DOUBT_MS, type Standing } from './standing.ts';
import { type State, say, standingOf, takeToken } from './state.ts';

/**
 * What goes to the partner on behalf of all clients together, forged sources included: enough for 130 detections begun
 * every second, and with all headers 5 Mbit/s.
 */
export const HAND_OVERS_PER_SECOND = 4_000;
const HAND_OVERS: Rate = { burst: HAND_OVERS_PER_SECOND, intervalMs: 1_000 / HAND_OVERS_PER_SECOND };

export interface PartnerLinkOptions {
  readonly secret: string;
  /** The family of both addresses. */
  readonly family: Family;
  readonly ports: Ports;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Shared by the links of both families; default: counts of its own. */
  readonly counts?: PartnerCounts;
}

/** `now` is in ms of any one clock that does not go back; one that does stands still for the link. */
export interface PartnerLink {
  readonly handle: (now: number, input: PartnerInput) => readonly PartnerOutput[];
  readonly standing: (now: number) => Standing;
  /** The process of the partner that is believed; null until one has answered. */
  readonly epoch: () => Epoch | null;
  /** Whether a datagram names a fragment of the partner's pages, and is to be carried. */
  readonly isLent: (bytes: Uint8Array) => boolean;
  readonly counts: PartnerCounts;
}

export function createPartnerLink(options: PartnerLinkOptions): PartnerLink {
  const { secret, family, ports, randomBytes, counts = createPartnerCounts() } = options;
  const epoch = Buffer.from(randomBytes(EPOCH_BYTES)).toString('hex');
  const state: State = {
    ...{ secret, family, ports, randomBytes, counts, epoch, key: keyOf(secret, epoch), counter: 0, peer: null },
    ...{
      asked: new Map(),
      asksBackMs: Number.NEGATIVE_INFINITY,
      unknownMs: Number.NEGATIVE_INFINITY,
      handOversMs: Number.NEGATIVE_INFINITY,
      toldMs: Number.NEGATIVE_INFINITY,
      ...{ lending: createLending(counts), borrowing: createBorrowing() },
      doubt: null,
      told: 'silent',
      outputs: [],
    },
    nowMs: Number.NEGATIVE_INFINITY,
  };
  return {
    handle: (now, input) => {
      state.nowMs = Math.max(state.nowMs, now);
      apply(state, input);
      tellStanding(state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    standing: (now) => {
      state.nowMs = Math.max(state.nowMs, now);
      return standingOf(state);
    },
    epoch: () => state.peer?.epoch ?? null,
    isLent: (bytes) => isLent(state, bytes),
    counts,
  };
}

function apply(state: State, input: PartnerInput): void {
  switch (input.kind) {
    case 'tick':
      sayHello(state);
      endLeases(state);
      break;
    case 'datagram':
      receive(state, input.bytes);
      break;
    case 'closing':
      if (state.peer) say(state, state.peer.epoch, { kind: 'bye' });
      break;
    case 'hand-over':
      handOver(state, input.handOver);
      break;
    case 'fragments':
      tellFragments(state, input.fragments);
      break;
    case 'transmit':
      askToTransmit(state, input.transmit);
      break;
    case 'carry':
      carry(state, input.carry);
      break;
  }
}

function handOver(state: State, handOver: HandOver): void {
  const { peer, counts } = state;
  if (!peer || standingOf(state) !== 'up') {
    counts.unsent['partner-down']++;
    return;
  }
  if (!takeToken(state, 'handOversMs', HAND_OVERS)) {
    counts.unsent['too-many']++;
    return;
  }
  say(state, peer.epoch, { kind: 'hand-over', handOver });
}

/**
 * Tells what has changed. That the partner does not hear us is told only when it lasts, since it is so with every new
 * process; and why it is not up no more often than every 5 s, since forged datagrams may change that.
 */
function tellStanding(state: State, { kind }: PartnerInput): void {
  const standing = standingOf(state);
  if (standing === state.told || (standing === 'one-way' && kind !== 'tick')) return;
  const isReason = standing !== 'up' && state.told !== 'up';
  if (isReason && state.nowMs - state.toldMs < DOUBT_MS) return;
  state.told = standing;
  state.toldMs = state.nowMs;
  state.outputs.push({ kind: 'standing', standing });
}
