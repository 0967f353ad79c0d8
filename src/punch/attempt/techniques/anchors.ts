/**
 * Keeps alive what an asymmetric path goes by. Each side is answered from another port than the one that it sends to: the
 * mappings toward the server, at which both were seen, and the ones toward those endpoints, are used by what comes in, which
 * need not keep them (RFC 4787 REQ-6). So packets of no meaning go out on them until the path ends.
 */
import { encode } from '../../../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../../stun/header.ts';
import { PUNCH_SOCKET } from '../candidates/candidate-agent.ts';
import { encodeOpener } from './opener.ts';
import type { Technique, TechniqueFacts } from './technique.ts';

/** Less than the shortest time for which NATs keep a mapping (RFC 8445 §11). */
const KEEPALIVE_MS = 15_000;

export function createAnchors(facts: TechniqueFacts): Technique {
  const { server, peer, startAt, randomBytes, emit } = facts;
  let dueAt = startAt + KEEPALIVE_MS;
  return {
    advance: (now) => {
      if (now < dueAt) return dueAt;
      dueAt = now + KEEPALIVE_MS;
      const transactionId = randomBytes(TRANSACTION_ID_BYTES);
      const bytes = encode({ class: 'indication', method: METHOD.binding, transactionId, attributes: [] });
      emit({ kind: 'transmit', socket: PUNCH_SOCKET, to: server, bytes });
      emit({ kind: 'transmit', socket: PUNCH_SOCKET, to: peer, bytes: encodeOpener(facts) });
      return now;
    },
    handleOpened: () => {},
    handlePorts: () => {},
    handleDatagram: () => false,
    handleEvent: () => {},
    mayBegin: () => true,
    stop: () => {
      dueAt = Number.POSITIVE_INFINITY;
    },
  };
}
