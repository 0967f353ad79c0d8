/** What is known of a router's mappings from what it was seen to send, and so why it has let nothing in. */
import { formatEndpoint } from '../../../src/endpoint.ts';
import type { Packet } from '../capture/packet.ts';
import type { WatchedRouter } from './journey.ts';

export interface Mappings {
  /** Notes what a router sends on its outer link. */
  noteSent(router: WatchedRouter, packet: Packet): void;
  /** Why a packet that has come to its outer link may have been dropped: no more than what it had sent before tells. */
  whyDropped(router: WatchedRouter, packet: Packet): string;
}

/** Whom an endpoint has sent to. */
interface Sent {
  readonly addresses: Set<string>;
  readonly endpoints: Set<string>;
}

/** All of it begins empty, as the routers do. */
export function createMappings(): Mappings {
  const sent = new Map<string, Sent>();
  const keyOf = ({ side, rank }: WatchedRouter, protocol: string, endpoint: string): string =>
    `${side}${rank} ${protocol} ${endpoint}`;
  return {
    noteSent: (router, { protocol, source, destination }) => {
      const key = keyOf(router, protocol, formatEndpoint(source));
      const to = sent.get(key) ?? { addresses: new Set(), endpoints: new Set() };
      sent.set(key, to);
      to.addresses.add(destination.address);
      to.endpoints.add(formatEndpoint(destination));
    },
    whyDropped: (router, { protocol, source, destination }) => {
      if (protocol !== 'udp' && protocol !== 'tcp') return 'not let in';
      const to = sent.get(keyOf(router, protocol, formatEndpoint(destination)));
      if (to === undefined) return 'nothing had left from this port';
      if (!to.addresses.has(source.address)) return 'nothing had left to this address';
      if (!to.endpoints.has(formatEndpoint(source))) return 'nothing had left to this port';
      return 'though something had left to it';
    },
  };
}
