/** Whether servers that are silent over UDP accept TCP connections: that tells a blocked UDP from dead servers. */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';
import type { ConnectOutcome } from '../../session.ts';

export interface TcpCheck {
  /** The endpoints that are to be tried next; the session takes them from here. */
  readonly queue: Endpoint[];
  /** How each attempt ended, by the text of its endpoint. */
  readonly outcomes: Map<string, 'pending' | ConnectOutcome['outcome']>;
  /** The address that has accepted a connection first, or null. */
  acceptedAt: string | null;
}

export function createTcpCheck(): TcpCheck {
  return { queue: [], outcomes: new Map(), acceptedAt: null };
}

/**
 * Tries each endpoint that has not been tried before. A natcheck server has HTTP; others may serve STUN over TCP on the
 * port that they have over UDP (RFC 8489 §6.2.2).
 */
export function checkTcp({ queue, outcomes }: TcpCheck, servers: readonly Endpoint[], httpPort: number): void {
  for (const { address, port } of servers) {
    for (const to of [
      { address, port: httpPort },
      { address, port },
    ]) {
      if (outcomes.has(formatEndpoint(to))) continue;
      outcomes.set(formatEndpoint(to), 'pending');
      queue.push(to);
    }
  }
}

export function recordConnect(check: TcpCheck, { to, outcome }: ConnectOutcome): void {
  check.outcomes.set(formatEndpoint(to), outcome);
  if (outcome === 'accepted') check.acceptedAt ??= to.address;
}

/** Whether every attempt has ended, and there was one. */
export function isTcpChecked({ outcomes }: TcpCheck): boolean {
  return outcomes.size > 0 && ![...outcomes.values()].includes('pending');
}
