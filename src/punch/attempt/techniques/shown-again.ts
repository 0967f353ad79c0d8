/**
 * Shows the punching socket to the server once more when the attempt begins. Its router may have restarted since the
 * server last saw it, and then has another port for it, which the peer has to be told.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Arrival, Transmit } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import { PUNCH_SOCKET } from '../candidate-agent.ts';
import { SAMPLE_SCHEDULE } from './technique.ts';

export interface ShownAgain {
  /** Returns what is to be sent now, or else when to ask again. */
  readonly next: (now: number) => Transmit | { readonly kind: 'wait'; readonly until: number };
  /** Whether a datagram is the server's answer; it changes nothing. */
  readonly owns: (arrival: Arrival) => boolean;
  /** Takes the server's answer; returns the port when it is another than the one before. */
  readonly receive: (now: number, arrival: Arrival) => number | null;
}

/** @param options.seen where the server saw the socket before. */
export function createShownAgain(options: {
  readonly server: Endpoint;
  readonly seen: Endpoint;
  readonly randomBytes: (length: number) => Uint8Array;
}): ShownAgain {
  const { server, seen, randomBytes } = options;
  const binding = createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE });
  let isOver = false;
  const seenIn = (now: number, arrival: Arrival): Endpoint | null =>
    arrival.socket === PUNCH_SOCKET ? reflexiveEndpoint(binding.receive(now, arrival)) : null;
  return {
    next: (now) => {
      const step = isOver ? null : binding.next(now);
      if (step?.kind === 'send') return { kind: 'transmit', socket: PUNCH_SOCKET, to: server, bytes: step.bytes };
      return { kind: 'wait', until: step?.kind === 'wait' ? step.until : Number.POSITIVE_INFINITY };
    },
    owns: (arrival) => seenIn(0, arrival) !== null,
    receive: (now, arrival) => {
      const again = isOver ? null : seenIn(now, arrival);
      if (!again) return null;
      isOver = true;
      return again.address === seen.address && again.port !== seen.port ? again.port : null;
    },
  };
}
