/**
 * Answers plain Bindings without a word to the rest of the service, since they are nearly all that comes, and the whole
 * load: they have the same bytes, limits and counts.
 */
import type { Endpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { Service } from './answer.ts';
import { createPlainBinding } from './decisions/plain-binding.ts';

/** Answers a datagram that came to the socket as `answer` would; false, and nothing done, where it is not plain. */
export type PlainAnswer = (datagram: Uint8Array, remote: Endpoint) => boolean;

export function createPlainAnswer({ layout, transport, counts, limits, now }: Service, socket: UdpSocket): PlainAnswer {
  const bytesFor = createPlainBinding(layout, socket.local);
  const { unanswered } = counts;
  const received = counts.received[transport].request;
  const replied = counts.replied[transport].success;
  const failed = (): void => {
    unanswered['send-failed']++;
  };
  return (datagram, remote) => {
    const bytes = bytesFor(datagram, remote);
    if (bytes === null) return false;
    received.modern++;
    if (limits.plain(now(), remote.address)) {
      replied.direct++;
      socket.send(bytes, remote, failed);
    } else unanswered['rate-limited']++;
    return true;
  };
}
