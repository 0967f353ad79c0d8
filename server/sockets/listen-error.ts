/** Says why a server cannot listen somewhere. */
import type { Endpoint } from '../../src/endpoint.ts';
import { explainCode } from '../../src/net/explain-code.ts';
import { StartError, type StartErrorCode } from '../start-error.ts';

/** What is read of Node's errors; the library's types need no types of Node. */
export interface SystemError {
  readonly code?: string | undefined;
  readonly message: string;
}

const CODES: Readonly<Record<string, StartErrorCode>> = {
  EADDRNOTAVAIL: 'not-here',
  EADDRINUSE: 'port-in-use',
  EACCES: 'not-permitted',
};

/** Translates Node's error of a failed `bind` or `listen`. */
export function listenError({ code, message }: SystemError, transport: 'UDP' | 'TCP', at: Endpoint): StartError {
  const way = transport === 'UDP' ? 'listen-udp' : 'listen-tcp';
  const sentence = explainCode(code ?? message, { way, host: at.address, port: at.port });
  return new StartError(CODES[code ?? ''] ?? 'cannot-listen', sentence);
}
