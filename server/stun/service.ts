/** The STUN service of one family: answers what comes to its sockets, and what its partner is asked and cannot answer. */
import { familyOf } from '../../src/endpoint.ts';
import { answer, answerFor, type Service, type StunServiceOptions } from './answer.ts';
import { transportOf } from './counts.ts';
import type { HandOver, HandOverRefusal } from './decisions/hand-over.ts';
import { createPlainAnswer } from './plain-answer.ts';

export interface StunService {
  /** Answers a request that came to the partner, or says why not. */
  readonly answerFor: (handOver: HandOver) => HandOverRefusal | 'rate-limited' | null;
}

/** Answers on the layout's sockets from now on. */
export function serveStun(options: StunServiceOptions): StunService {
  const { layout, partner, sockets, takerFor, tickets } = options;
  const transport = transportOf(familyOf(layout.addresses[0]));
  const service: Service = { ...options, transport, layoutAt: partner?.layout ?? (() => layout) };
  const desk = tickets?.desk;
  for (const socket of sockets) {
    const { local } = socket;
    const answerPlain = createPlainAnswer(service, socket);
    const takeForRelay = takerFor?.(socket);
    socket.onDatagram((datagram, remote) => {
      if (answerPlain(datagram, remote) || takeForRelay?.(datagram, remote)) return;
      answer(service, { datagram, local, remote, desk });
    });
  }
  return { answerFor: (handOver) => answerFor(service, handOver) };
}
