/**
 * Connects to a server of which only the host is known, over TLS if the server speaks it. Two connections are opened at once:
 * one begins with a TLS handshake; the other waits, in case a plain WebSocket is needed. A server without TLS answers the
 * handshake with something else, and then the plain connection is used: this costs one round trip.
 *
 * Whoever is on the way can make a server look like one without TLS. So the scheme that was used is always told, and a
 * scheme that the user names (`--rendezvous wss://…`) is never replaced.
 */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ServerSign } from '../../rendezvous/introduction/output.ts';
import { codeOf, explainCode } from '../explain-code.ts';
import { signOfCode } from './server-sign.ts';

/** The time for name lookup, connection and TLS handshake together. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface SecureFirstOptions {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Certificates in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  readonly lookup: LookupFunction;
  readonly signal?: AbortSignal | undefined;
}

export type SecureFirst =
  | { readonly outcome: 'open'; readonly scheme: 'wss' | 'ws'; readonly socket: Socket }
  /** One sentence, with the system's code in it, also for a server that speaks TLS but makes a mistake. */
  | { readonly outcome: 'unreachable'; readonly reason: string; readonly sign: ServerSign };

/** @throws the signal's reason when aborted. */
export async function connectSecureFirst(options: SecureFirstOptions): Promise<SecureFirst> {
  const { host, port, ca, lookup, signal } = options;
  signal?.throwIfAborted();
  const place = { host, port, lookup };
  const plain = connectTcp(place);
  // This socket counts the bytes that have come, which a TLS socket does not when its handshake fails.
  const carrier = connectTcp(place);
  // An address may not be sent as a server name (RFC 6066 §3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  const secure = connectTls({ socket: carrier, host, ...name, ...(ca !== undefined && { ca }) });
  const { promise, resolve, reject } = Promise.withResolvers<SecureFirst>();
  const fail = (code: string, sign: ServerSign): void => {
    resolve({ outcome: 'unreachable', reason: explainCode(code, { way: 'wss', host, port }), sign });
  };
  const abort = (): void => reject(signal?.reason);
  const late = (): void => (carrier.connecting ? fail('ETIMEDOUT', 'absent') : fail('no TLS in time', 'broken-off'));
  const timer = setTimeout(late, HANDSHAKE_TIMEOUT_MS);
  signal?.addEventListener('abort', abort, { once: true });
  // The TLS connection decides; the other one is only looked at when it is used.
  for (const socket of [plain, carrier]) socket.on('error', () => {});
  secure.once('secureConnect', () => resolve({ outcome: 'open', scheme: 'wss', socket: secure }));
  secure.on('error', (error: NodeJS.ErrnoException) => {
    if (speaksNoTls(error, carrier.bytesRead)) resolve({ outcome: 'open', scheme: 'ws', socket: plain });
    else fail(codeOf(error), secure.authorizationError ? 'wrong' : signOfCode(error.code));
  });
  let used: Socket | null = null;
  try {
    const result = await promise;
    if (result.outcome === 'open') used = result.socket;
    return result;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    if (used !== plain) plain.destroy();
    if (used !== secure) for (const socket of [secure, carrier]) socket.destroy();
  }
}

/** Whether the server has answered with something other than a TLS record (RFC 8446 §5.1), or has closed without sending a byte. */
function speaksNoTls({ code }: NodeJS.ErrnoException, bytesRead: number): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || (code === 'ECONNRESET' && bytesRead === 0);
}
