/** The five-tuple (RFC 8656 §3) between a client and the server, which an allocation is bound to. */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';

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

/**
 * What has a five-tuple, by a number that few of them share: every datagram is looked up, and to look up a text that has
 * just been made is slow, since the engine interns it first.
 */
export type ByFiveTuple<Holder extends { readonly fiveTuple: FiveTuple }> = Map<number, readonly Holder[]>;

export function findHolder<Holder extends { readonly fiveTuple: FiveTuple }>(
  table: ByFiveTuple<Holder>,
  fiveTuple: FiveTuple,
): Holder | undefined {
  return table.get(slotOf(fiveTuple))?.find((one) => sameFiveTuple(one.fiveTuple, fiveTuple));
}

export function addHolder<Holder extends { readonly fiveTuple: FiveTuple }>(
  table: ByFiveTuple<Holder>,
  holder: Holder,
): void {
  const slot = slotOf(holder.fiveTuple);
  table.set(slot, [...(table.get(slot) ?? []), holder]);
}

export function removeHolder<Holder extends { readonly fiveTuple: FiveTuple }>(
  table: ByFiveTuple<Holder>,
  holder: Holder,
): void {
  const slot = slotOf(holder.fiveTuple);
  const left = (table.get(slot) ?? []).filter((one) => one !== holder);
  if (left.length > 0) table.set(slot, left);
  else table.delete(slot);
}

/** The socket and the client's port, or the connection. */
function slotOf(fiveTuple: FiveTuple): number {
  const { via, remote } = fiveTuple;
  return isStream(fiveTuple) ? -1 - via : via * 0x1_0000 + remote.port;
}

function sameFiveTuple(a: FiveTuple, b: FiveTuple): boolean {
  return a.transport === b.transport && a.via === b.via && (isStream(a) || sameEndpoint(a.remote, b.remote));
}
