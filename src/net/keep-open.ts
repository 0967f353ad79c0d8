/** Keeps a NAT's mapping of one socket while nothing else is sent on it (RFC 8445 §11). */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { encode } from '../stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../stun/header.ts';
import type { UdpSocket } from './udp-socket.ts';

/** RFC 8445 §11; the shortest lifetimes seen are 20 to 30 s, on Linux 30 s for a mapping without a reply. */
const KEEPALIVE_MS = 15_000;

/** Sends a Binding indication, which nobody answers, every 15 s until it is disposed. */
export function keepOpen(socket: UdpSocket, to: Endpoint): Disposable {
  const timer = setInterval(() => {
    const transactionId = randomBytes(TRANSACTION_ID_BYTES);
    const indication = { class: 'indication', method: METHOD.binding, transactionId, attributes: [] } as const;
    socket.send(encode(indication), to, () => {});
  }, KEEPALIVE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
