/** The way between a client and the server: what RFC 8656 §3 calls the 5-tuple, and an allocation is bound to. */
import type { Endpoint } from '../../../src/endpoint.ts';

export const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

export interface FiveTuple {
  readonly transport: (typeof TRANSPORTS)[number];
  /** Of UDP, which of its owner's sockets it comes to; else the number of its connection, never given twice. */
  readonly via: number;
  /** The client, as the server sees it. */
  readonly remote: Endpoint;
}

/** One text for one fiveTuple. */
export function fiveTupleKey({ transport, via, remote }: FiveTuple): string {
  return transport === 'udp' ? `${via} ${remote.port} ${remote.address}` : `${transport} ${via}`;
}

export function isStream({ transport }: FiveTuple): boolean {
  return transport !== 'udp';
}
