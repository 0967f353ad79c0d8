/** The STUN service of one family: the responder answers what comes to its sockets, within the rate limits. */
import { familyOf } from '../../src/endpoint.ts';
import { answer, type Service, type StunServiceOptions } from './answer.ts';
import { transportOf } from './counts.ts';
import { createPlainAnswer } from './plain-answer.ts';

/** Answers on the layout's sockets from now on. */
export function serveStun(options: StunServiceOptions): void {
  const service: Service = { ...options, transport: transportOf(familyOf(options.layout.addresses[0])) };
  const desk = options.tickets?.desk;
  for (const socket of options.sockets) {
    const { local } = socket;
    const answerPlain = createPlainAnswer(service, socket);
    socket.onDatagram((datagram, remote) => {
      if (!answerPlain(datagram, remote)) answer(service, { datagram, local, remote, desk });
    });
  }
}
