/** What a NAT with `inboundFirst` remembers: packets from outside that came before the inside has sent to their source. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';

/** How long Linux remembers a UDP flow in which only one side has been heard (DESIGN §7). */
const UNREPLIED_MS = 30_000;

export interface EarlyPackets {
  /** A packet from `remote` to that public endpoint has come and was not let in. */
  readonly note: (now: number, external: Endpoint, remote: Endpoint) => void;
  /** Whether the flow between the two is taken by such a packet, so that no mapping can use the one toward the other. */
  readonly holds: (now: number, external: Endpoint, remote: Endpoint) => boolean;
}

export function createEarlyPackets(): EarlyPackets {
  const notedAt = new Map<string, number>();
  const keyOf = (external: Endpoint, remote: Endpoint): string =>
    `${formatEndpoint(external)} ${formatEndpoint(remote)}`;
  return {
    note: (now, external, remote) => void notedAt.set(keyOf(external, remote), now),
    holds: (now, external, remote) => {
      if (notedAt.size === 0) return false;
      const at = notedAt.get(keyOf(external, remote));
      return at !== undefined && now - at < UNREPLIED_MS;
    },
  };
}
