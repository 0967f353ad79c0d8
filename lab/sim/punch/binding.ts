/** How a STUN server sees one simulated socket: a single Binding transaction on virtual time (RFC 8489 §6.2.1). */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';
import type { UdpSocket } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { Run } from '../network/run-session.ts';
import type { World } from '../network/world.ts';

/** RFC 8489 §6.2.1: RTO, Rc and Rm; 39.5 s until silence. */
const RTO_INITIAL_MS = 500;
const MAX_SENDS = 7;
const LAST_WAIT_RTOS = 16;

export interface SimBinding extends Run<Endpoint | 'silent'> {
  readonly receive: (from: Endpoint, bytes: Uint8Array) => void;
}

/** Asks at once; the result is the reflexive endpoint, or `silent` when no send was answered. */
export function startBinding(
  world: World,
  { socket, server, random }: { readonly socket: UdpSocket; readonly server: Endpoint; readonly random: Random },
): SimBinding {
  const { clock } = world;
  const transactionId = random.bytes(TRANSACTION_ID_BYTES);
  const request = encode({ class: 'request', method: METHOD.binding, transactionId, attributes: [] });
  let outcome: { readonly result: Endpoint | 'silent'; readonly at: number } | null = null;
  const settle = (result: Endpoint | 'silent'): void => {
    outcome ??= { result, at: clock.now() };
  };
  const attempt = (sends: number): void => {
    if (sends === MAX_SENDS) settle('silent');
    if (outcome) return;
    socket.send(server, request);
    const isLast = sends + 1 === MAX_SENDS;
    const waitMs = RTO_INITIAL_MS * (isLast ? LAST_WAIT_RTOS : 2 ** sends);
    clock.schedule(clock.now() + waitMs, () => attempt(sends + 1));
  };
  attempt(0);
  return {
    outcome: () => outcome,
    receive: (from, bytes) => {
      const decoded = decode(bytes);
      if (!decoded.ok || !sameEndpoint(from, server)) return;
      const { message } = decoded;
      const isOurs = message.class === 'success' && Buffer.compare(message.transactionId, transactionId) === 0;
      const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
      if (isOurs && mapped) settle(mapped);
    },
  };
}
