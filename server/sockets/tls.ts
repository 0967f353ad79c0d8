/** The certificate of TLS servers, and how a server is created with it. */
import type { Server } from 'node:net';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import { StartError } from '../start-error.ts';

/** PEM text: the certificate, followed by those between it and the root, and its key. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** @throws StartError when `create` cannot use the certificate or the key. */
export function createSecure<Server>(create: () => Server): Server {
  try {
    return create();
  } catch (error) {
    throw new StartError('bad-tls', `the TLS certificate or key cannot be used: ${(error as Error).message}`);
  }
}

/**
 * Gives every listener with TLS another certificate. Connections that are there go on with the one that they have.
 * @throws StartError when it cannot be used; nothing is different then.
 */
export function renewTls(servers: readonly Server[], tls: Tls): void {
  createSecure(() => createSecureContext(tls));
  const secure = servers.filter((server) => server instanceof TlsServer);
  if (secure.length === 0) throw new StartError('bad-tls', 'a server that was started without TLS cannot get it later');
  for (const server of secure) server.setSecureContext(tls);
}
