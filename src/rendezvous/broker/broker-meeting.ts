/**
 * Meets others through brokers as a sans-IO state machine: it plays the server's part of the rendezvous (docs/rendezvous.md)
 * for one side, by sealed messages to the same machine on the other sides (docs/brokers.md).
 */
import type { StunOffer } from '../protocol/fields.ts';
import { obeyClient } from './client.ts';
import { sendDue, wakeAtOf } from './delivery.ts';
import { hear } from './hear.ts';
import type { BrokerInput, BrokerOutput } from './input-output.ts';
import { INSTANCE_BYTES } from './message.ts';
import { brokerOpened, gone, greetAtOf, greetIfDue, greetSoon } from './presence.ts';
import type { State } from './state.ts';

const RESUME_KEY_BYTES = 32;

export interface BrokerMeetingOptions {
  /** The key of the messages, which whoever has the code has: 32 bytes. */
  readonly key: Uint8Array;
  /** Returns what this side is told of STUN servers when it joins: with one over IPv6, it has a second socket seen there. */
  readonly stun: () => StunOffer;
  readonly randomBytes: (length: number) => Uint8Array;
  /** What is said where another side has the id of this one; by default a sentence that names the id. */
  readonly sameId?: string | undefined;
}

export interface BrokerMeeting {
  /** Takes an input, and returns what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: BrokerInput) => readonly BrokerOutput[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

export function createBrokerMeeting(options: BrokerMeetingOptions): BrokerMeeting {
  const state = createState(options);
  return {
    handle: (now, input) => {
      apply(now, state, input);
      for (const peer of sendDue(now, state)) {
        gone(state, peer, 'lost');
        greetSoon(now, state);
      }
      greetIfDue(now, state);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    wakeAt: () => Math.min(greetAtOf(state), ...[...state.peers.values()].map(wakeAtOf)),
  };
}

function createState({ key, stun, randomBytes, sameId }: BrokerMeetingOptions): State {
  const random = (length: number): string => Buffer.from(randomBytes(length)).toString('base64url');
  return {
    ...{ key, stun, randomBytes, sameId },
    instance: random(INSTANCE_BYTES),
    resumeKey: random(RESUME_KEY_BYTES),
    ...{ id: null, room: '', hasLeft: false },
    ...{ endpoints: new Map(), asks: new Map(), askNumber: 0 },
    peers: new Map(),
    ...{ number: 0, sentAt: new Map() },
    brokers: new Map(),
    ...{ greetedAt: Number.NEGATIVE_INFINITY, greetAt: Number.POSITIVE_INFINITY, greetGapMs: 0 },
    noticed: new Set(),
    outputs: [],
  };
}

function apply(now: number, state: State, input: BrokerInput): void {
  switch (input.kind) {
    case 'say':
      obeyClient(now, state, input.message);
      break;
    case 'seen':
      if (input.endpoint) state.endpoints.set(input.socket, input.endpoint);
      else state.endpoints.delete(input.socket);
      break;
    case 'opened':
      brokerOpened(now, state, input.broker);
      break;
    case 'heard':
      hear(now, state, input);
      break;
    case 'timeout':
      break;
  }
}
