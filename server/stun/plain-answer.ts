/**
 * Answers plain Bindings without a word to the rest of the service, since they are nearly all that comes, and the whole
 * load: they have the same bytes, limits and counts.
 */
import type { Endpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import { HEADER_BYTES } from '../../src/stun/header.ts';
import type { Service } from './answer.ts';
import type { Layout } from './decisions/layout.ts';
import { createPlainBinding, type PlainBinding } from './decisions/plain-binding.ts';

/** Answers a datagram that came to the socket as `answer` would; false, and nothing done, where it is not plain. */
export type PlainAnswer = (datagram: Uint8Array, remote: Endpoint) => boolean;

export function createPlainAnswer(service: Service, socket: UdpSocket): PlainAnswer {
  const { layoutAt, transport, counts, limits, now } = service;
  const bindingAt = createBindings(layoutAt, socket);
  const { unanswered } = counts;
  const received = counts.received[transport].request;
  const replied = counts.replied[transport].success;
  const failed = (): void => {
    unanswered['send-failed']++;
  };
  return (datagram, remote) => {
    // Most others, data for the relay above all, are told by their length alone.
    if (datagram.length !== HEADER_BYTES) return false;
    const at = now();
    const bytes = bindingAt(at)(datagram, remote);
    if (bytes === null) return false;
    received.modern++;
    if (limits.plain(at, remote.address)) {
      replied.direct++;
      socket.send(bytes, remote, failed);
    } else unanswered['rate-limited']++;
    return true;
  };
}

/** Makes one for each layout, of which there is another when the partner is lost or comes back. */
function createBindings(layoutAt: Service['layoutAt'], { local }: UdpSocket): (now: number) => PlainBinding {
  let made: { readonly layout: Layout; readonly binding: PlainBinding } | null = null;
  return (now) => {
    const layout = layoutAt(now);
    if (made?.layout !== layout) made = { layout, binding: createPlainBinding(layout, local) };
    return made.binding;
  };
}
