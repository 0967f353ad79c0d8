/**
 * What a worker passes on to the process that has the link to its partner: nothing of strangers, nothing on behalf of
 * clients while the partner is away, and of the rest no more than the link can use.
 */
import { type Family, sameEndpoint } from '../../../src/endpoint.ts';
import { type Rate, take } from '../../limit/bucket.ts';
import type { HandOver } from '../../stun/decisions/hand-over.ts';
import type { Layout } from '../../stun/decisions/layout.ts';
import type { EndpointPair } from '../../stun/decisions/responder.ts';
import type { PartnerCounts, PartnerRefusal } from './counts.ts';
import { HAND_OVERS_PER_SECOND } from './link.ts';
import { UNKNOWN } from './receive.ts';
import { type Epoch, readHeader } from './seal.ts';
import { HEARD_MS } from './standing.ts';

/** How long a worker believes what it was told: whoever has the link may hang, or have no time to tell. */
export const FACTS_MS = HEARD_MS;

/**
 * How many datagrams under the name of the partner's process are passed on: twice its hand-overs, which leaves room for
 * hellos, answers and what is said of pages. Whoever forges them has read that name on the way between the two.
 */
export const PASSED_PER_SECOND = 8_000;
const KNOWN: Rate = { burst: PASSED_PER_SECOND, intervalMs: 1_000 / PASSED_PER_SECOND };

/** What is known of the partner of one family where the link is. */
export interface PartnerFacts {
  readonly family: Family;
  /** Null while its name has not been found. */
  readonly address: string | null;
  readonly isUp: boolean;
  /** The process of the partner that is believed; null until one has answered. */
  readonly epoch: Epoch | null;
}

/** What may be passed on. */
export type Passed =
  /** A datagram that claims to be from the partner. */
  | ({ readonly kind: 'sealed'; readonly datagram: Uint8Array } & EndpointPair)
  /** A request that the partner is to answer. */
  | { readonly kind: 'hand-over'; readonly handOver: HandOver };

/** `now` is in ms of any one monotonic clock. */
export interface Passage {
  readonly tell: (now: number, facts: PartnerFacts) => void;
  readonly address: () => string | null;
  readonly isUp: (now: number) => boolean;
  /** Whether to pass it on; what is not, is counted. */
  readonly passes: (now: number, passed: Passed) => boolean;
}

interface State {
  readonly layout: Layout;
  readonly counts: PassageOptions['counts'];
  readonly handOvers: Rate;
  facts: PartnerFacts | null;
  toldMs: number;
  /** The buckets (server/limit/bucket.ts): datagrams of the partner's process, of others, and hand-overs. */
  knownMs: number;
  unknownMs: number;
  handOversMs: number;
}

export interface PassageOptions {
  /** That of this server alone, with one address. */
  readonly layout: Layout;
  /** How many share what may be handed over; what the partner sends comes to one of them. */
  readonly workers: number;
  readonly counts: Pick<PartnerCounts, 'refused' | 'unsent'>;
}

export function createPassage({ layout, workers, counts }: PassageOptions): Passage {
  const perSecond = HAND_OVERS_PER_SECOND / workers;
  const state: State = {
    ...{ layout, counts },
    handOvers: { burst: Math.ceil(perSecond), intervalMs: 1_000 / perSecond },
    ...{ facts: null, toldMs: Number.NEGATIVE_INFINITY },
    ...{
      knownMs: Number.NEGATIVE_INFINITY,
      unknownMs: Number.NEGATIVE_INFINITY,
      handOversMs: Number.NEGATIVE_INFINITY,
    },
  };
  return {
    tell: (now, facts) => {
      state.facts = facts;
      state.toldMs = now;
    },
    address: () => state.facts?.address ?? null,
    isUp: (now) => believed(now, state)?.isUp === true,
    passes: (now, passed) => {
      const { kind } = passed;
      return kind === 'sealed' ? passesSealed(now, state, passed) : passesHandOver(now, state);
    },
  };
}

function believed(now: number, { facts, toldMs }: State): PartnerFacts | null {
  return now - toldMs < FACTS_MS ? facts : null;
}

type Sealed = Extract<Passed, { readonly kind: 'sealed' }>;

function passesSealed(now: number, state: State, sealed: Sealed): boolean {
  const refusal = refusalOf(now, state, sealed);
  if (refusal !== null) state.counts.refused[refusal]++;
  return refusal === null;
}

function passesHandOver(now: number, state: State): boolean {
  const refusal = unsentFor(now, state);
  if (refusal !== null) state.counts.unsent[refusal]++;
  return refusal === null;
}

/** Reads no more of a datagram than what is not encrypted, which only the link can tell to be true. */
function refusalOf(now: number, state: State, { datagram, local, remote }: Sealed): PartnerRefusal | null {
  const facts = believed(now, state);
  const { addresses, port } = state.layout;
  if (facts === null || facts.address === null) return 'stranger';
  if (!sameEndpoint(remote, { address: facts.address, port })) return 'stranger';
  if (!sameEndpoint(local, { address: addresses[0], port })) return 'stranger';
  const header = readHeader(datagram);
  if (header === 'malformed') return 'malformed';
  if (header !== 'other-version' && header.from === facts.epoch) {
    return takeToken(now, state, { bucket: 'knownMs', rate: KNOWN }) ? null : 'too-many';
  }
  return takeToken(now, state, { bucket: 'unknownMs', rate: UNKNOWN }) ? null : 'too-many-unknown';
}

function unsentFor(now: number, state: State): keyof PartnerCounts['unsent'] | null {
  if (believed(now, state)?.isUp !== true) return 'partner-down';
  return takeToken(now, state, { bucket: 'handOversMs', rate: state.handOvers }) ? null : 'too-many';
}

function takeToken(
  now: number,
  state: State,
  { bucket, rate }: { readonly bucket: 'knownMs' | 'unknownMs' | 'handOversMs'; readonly rate: Rate },
): boolean {
  const next = take(now, state[bucket], rate);
  if (next !== null) state[bucket] = next;
  return next !== null;
}
