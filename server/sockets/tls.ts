/** The certificate of TLS servers, and how a server is created with it. */
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
