/** The five-tuple (RFC 8656 §3) between a client and the server, which an allocation is bound to. */
import type { Endpoint } from '../../../src/endpoint.ts';

export const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

export interface FiveTuple {
  readonly transport: (typeof TRANSPORTS)[number];
  /** For UDP the index of the server's socket; else the number of the connection, which is never given twice. */
  readonly via: number;
  /** The client, as the server sees it. */
  readonly remote: Endpoint;
}

/** A key that only equal five-tuples share. */
export function fiveTupleKey({ transport, via, remote }: FiveTuple): string {
  return transport === 'udp' ? `${via} ${remote.port} ${remote.address}` : `${transport} ${via}`;
}

export function isStream({ transport }: FiveTuple): boolean {
  return transport !== 'udp';
}
