/** What an operator may ask of a server that runs: another certificate, and a good end. */
import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:net';
import { renewTls, type Tls } from '../sockets/tls.ts';
import { type Drainable, type DrainEnd, drain } from './drain.ts';
import type { ServerLog } from './log.ts';
import type { Readiness } from './readiness.ts';

export interface Operation {
  /**
   * Uses another certificate for whoever connects from now on; connections that are there go on.
   * @throws StartError when it cannot be used, or there is no TLS; the server then goes on as before.
   */
  readonly renewTls: (tls: Tls) => void;
  /**
   * Takes on nothing new: no room, no allocation, and no relay for who joins. /readyz says so. Resolves when nobody is served
   * any more, or the signal aborts; the caller then disposes of the server.
   */
  readonly drain: (signal: AbortSignal) => Promise<DrainEnd>;
}

interface Operated extends Drainable {
  readonly log: ServerLog;
  readonly readiness: Readiness;
  /** All that listens on TCP. */
  readonly servers: readonly Server[];
}

export function createOperation({ log, readiness, servers, begin, isIdle }: Operated): Operation {
  return {
    renewTls: (tls) => {
      renewTls(servers, tls);
      log('info', 'tls-renewed', { validTo: new X509Certificate(tls.cert).validToDate.toISOString() });
    },
    drain: async (signal) => {
      readiness.drain();
      log('info', 'draining');
      const end = await drain({ begin, isIdle }, signal);
      log('info', 'drained', { end });
      return end;
    },
  };
}
