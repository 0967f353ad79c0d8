/** What one side knows of those that it meets through brokers. Only the rules beside this file change it. */
import type { Endpoint } from '../../endpoint.ts';
import type { ClientMessageOf } from '../protocol/client-message.ts';
import type { StunOffer } from '../protocol/fields.ts';
import type { BrokerOutput } from './input-output.ts';
import type { Body, BodyOf } from './message.ts';
import type { ReplayWindow } from './replay-window.ts';

/** What this side has asked a peer for. */
export interface OwnAsk {
  /** Its number among all of this side's asks; an update of it has the same. */
  readonly number: number;
  readonly told: ClientMessageOf<'ask'>;
  /** Whether it has led to an introduction; the next one takes another ask. */
  readonly isSpent: boolean;
}

export interface TheirAsk {
  readonly told: BodyOf<'ask'>;
  readonly isSpent: boolean;
}

/** Something that is said again and again until the peer confirms it. */
export type Saying =
  | Exclude<Body, { readonly type: 'introduction' }>
  /** The instant is told as the time that is left until then. */
  | (Omit<BodyOf<'introduction'>, 'startInMs'> & { readonly startAt: number });

/** One process of another side. */
export interface Peer {
  readonly id: string;
  readonly instance: string;
  /** Whether it has answered this instance: before that, what comes may be old. */
  isFresh: boolean;
  /** The last few round trips, as far as they were measured. */
  readonly rttsMs: number[];
  /** Which of its messages have come. */
  readonly seen: ReplayWindow;
  /** Its last message, which is confirmed by the next one to it; null before the first. */
  last: { readonly number: number; readonly at: number } | null;
  /** How many of its bodies have come. */
  heard: number;
  /** What it has not confirmed yet, and the number of the first of that. */
  readonly sayings: Saying[];
  firstNumber: number;
  /** When that is said again; Infinity when there is nothing. */
  againAt: number;
  tries: number;
  /** When a message is due that only confirms; Infinity when there is nothing to confirm. */
  confirmAt: number;
  /** Whether it is to get a message at once, and when it got the last one. */
  isDue: boolean;
  sentAt: number;
  /** Its last ask for this side; null when there is none. */
  theirs: TheirAsk | null;
}

export interface State {
  readonly key: Uint8Array;
  readonly stun: () => StunOffer;
  readonly randomBytes: (length: number) => Uint8Array;
  /** What is said where another side has the id of this one. */
  readonly sameId: string | undefined;
  readonly instance: string;
  /** This side's id, once it has joined. */
  id: string | null;
  room: string;
  hasLeft: boolean;
  readonly resumeKey: string;
  readonly endpoints: Map<'first' | 'second', Endpoint>;
  /** This side's asks, by the id of the peer. */
  readonly asks: Map<string, OwnAsk>;
  /** The number of the last ask. */
  askNumber: number;
  /** The peers by instance, the one heard last at the end. */
  readonly peers: Map<string, Peer>;
  /** The number of the last message. */
  number: number;
  /** When each of the last messages was sent, by number. */
  readonly sentAt: Map<number, number>;
  /** The brokers that have been open. */
  readonly brokers: Map<number, { answersAt: number }>;
  /** When everybody was greeted last, and is next; and how long after that again. */
  greetedAt: number;
  greetAt: number;
  greetGapMs: number;
  /** What was noticed once, and is not told again. */
  readonly noticed: Set<string>;
  outputs: BrokerOutput[];
}

/** Returns the peer that has that id now, if it has answered. */
export function peerOf({ peers }: State, id: string): Peer | undefined {
  return [...peers.values()].find((peer) => peer.id === id && peer.isFresh);
}

export function freshPeers({ peers }: State): readonly Peer[] {
  return [...peers.values()].filter(({ isFresh }) => isFresh);
}
