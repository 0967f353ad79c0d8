/** A relay on a TURN server: a socket with a public address, for a host that cannot be reached at any other. */
import { type Endpoint, type Family, formatEndpoint, sameEndpoint } from '../../endpoint.ts';
import { UsageError } from '../../errors.ts';
import type { TurnCredentials } from '../../turn/credentials.ts';
import { USERNAME_MAX_BYTES } from '../../turn/credentials.ts';
import type { TurnFailure } from '../../turn/event.ts';
import { openTurnTransport, type TurnTransportOptions, turnServer } from './open-transport.ts';
import { type Allocated, allocateRelay, type RelayEvent, type RelaySocket } from './relay-socket.ts';

export interface RelayOptions extends TurnTransportOptions {
  readonly credentials: TurnCredentials;
  /** The family of the relayed address; the server's choice, which is IPv4 for most, when left out. */
  readonly family?: Family | undefined;
  /** Is told what happens on the way and afterwards. */
  readonly onEvent?: ((event: RelayEvent) => void) | undefined;
}

export type OpenedRelay =
  | { readonly outcome: 'open'; readonly relay: RelaySocket }
  | ({ readonly outcome: 'failed' } & TurnFailure);

/**
 * Allocates a relayed address, by UDP, TCP or TLS toward the server. A server that sends to another one is followed once
 * (RFC 8489 §10), with its certificate held to the name that it gives, or else to the first one's; to none that is closer
 * to this host than itself. A server that knows
 * another allocation for this socket (437) is asked once more, from a new one. The relay is the caller's to dispose of.
 * @throws UsageError when the URL, the local address or the user name cannot be used; the signal's reason when aborted, after
 * giving back what the server had given.
 */
export async function openRelay(options: RelayOptions): Promise<OpenedRelay> {
  const server = turnServer(options.server);
  if (Buffer.byteLength(options.credentials.username) > USERNAME_MAX_BYTES) {
    throw new UsageError(`a TURN user name has at most ${USERNAME_MAX_BYTES} bytes`);
  }
  const first = await attempt({ ...options, server });
  if (first.outcome === 'open') return first;
  const { alternate, reason } = first;
  if (alternate && first.server && !sameEndpoint(alternate.endpoint, first.server)) {
    const { address: host, port } = alternate.endpoint;
    const certificateName = alternate.domain ?? options.certificateName ?? server.host;
    const namedBy = first.server.address;
    const second = await attempt({ ...options, server: { ...server, host, port }, certificateName, namedBy });
    return told(second, `which sends its clients to ${formatEndpoint(alternate.endpoint)}, `);
  }
  if (reason === 'allocation-mismatch') return told(await attempt({ ...options, server }));
  return told(first);
}

/** `server`: the endpoint that was asked; null when none was. */
type Attempt = Allocated & { readonly server: Endpoint | null };

async function attempt(options: RelayOptions): Promise<Attempt> {
  const opened = await openTurnTransport(options);
  if (opened.outcome !== 'open') {
    const { detail } = opened;
    const reason = opened.outcome === 'refused' ? 'address-refused' : 'unreachable';
    return { outcome: 'failed', reason, code: null, detail, alternate: null, server: null };
  }
  const { transport } = opened;
  const { credentials, family, onEvent, signal } = options;
  return { ...(await allocateRelay({ transport, credentials, family, onEvent, signal })), server: transport.server };
}

/** @param how says by what way a refused address came to be asked. */
function told(attempted: Attempt, how = ''): OpenedRelay {
  if (attempted.outcome === 'open') return { outcome: 'open', relay: attempted.relay };
  const { reason, code, detail } = attempted;
  return { outcome: 'failed', reason, code, detail: reason === 'address-refused' ? `${how}${detail}` : detail };
}
