/**
 * Shows the punching socket to the server again when the attempt begins, and once a second while it lasts. Its router may
 * restart at any time, and then has another port for it, which the peer has to be told.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Arrival, Transmit } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { PUNCH_SOCKET } from '../candidates/candidate-agent.ts';
import { SAMPLE_SCHEDULE } from './technique.ts';

export interface ShownAgain {
  /** Returns what is to be sent now, or else when to ask again. */
  readonly next: (now: number) => Transmit | { readonly kind: 'wait'; readonly until: number };
  /** Whether a datagram is the server's answer; it changes nothing. */
  readonly owns: (arrival: Arrival) => boolean;
  /** Takes the server's answer; returns the port when it is another than the one before. */
  readonly receive: (now: number, arrival: Arrival) => number | null;
}

/** How long after an answer the socket is shown again. */
const INTERVAL_MS = 1_000;
/** As long as the checks of an attempt last, nine seconds, it is shown; a relayed path may then have become direct or not. */
const SHOWS_MAX = 10;

/** @param options.seen where the server saw the socket before. @param options.from when it is shown for the first time. */
export function createShownAgain(options: {
  readonly server: Endpoint;
  readonly seen: Endpoint;
  readonly from: number;
  readonly randomBytes: (length: number) => Uint8Array;
}): ShownAgain {
  const { server, randomBytes } = options;
  const begin = (): Transaction => createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE });
  let seen = options.seen;
  let binding = begin();
  let shows = 1;
  let againAt = options.from;
  const seenIn = (now: number, arrival: Arrival): Endpoint | null =>
    arrival.socket === PUNCH_SOCKET ? reflexiveEndpoint(binding.receive(now, arrival)) : null;
  return {
    next: (now) => {
      if (now < againAt) return { kind: 'wait', until: againAt };
      const step = binding.next(now);
      if (step.kind === 'send') return { kind: 'transmit', socket: PUNCH_SOCKET, to: server, bytes: step.bytes };
      return { kind: 'wait', until: step.kind === 'wait' ? step.until : Number.POSITIVE_INFINITY };
    },
    owns: (arrival) => seenIn(0, arrival) !== null,
    receive: (now, arrival) => {
      const again = seenIn(now, arrival);
      if (!again) return null;
      againAt = shows < SHOWS_MAX ? now + INTERVAL_MS : Number.POSITIVE_INFINITY;
      shows++;
      binding = begin();
      const isMoved = again.address === seen.address && again.port !== seen.port;
      seen = again;
      return isMoved ? again.port : null;
    },
  };
}
