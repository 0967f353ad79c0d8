/** Keeps a server going until a signal ends it: another certificate on the way, and a drain at the end if one is wanted. */
import { once } from 'node:events';
import type { NatcheckServer, ServerLog } from '../../../server/index.ts';
import type { Context } from '../../command.ts';
import type { Renewal } from './tls-renewal.ts';

export interface Attended {
  readonly server: NatcheckServer;
  readonly context: Pick<Context, 'signal' | 'takeSignals' | 'stdout' | 'stderr'>;
  readonly log: ServerLog;
  /** Null where there is no TLS. */
  readonly renewal: Renewal | null;
  /** 0 ends the server at once. */
  readonly drainMs: number;
}

/** Resolves when the server is to end. */
export async function attend({ server, context, log, renewal, drainMs }: Attended): Promise<void> {
  const { signal, takeSignals } = context;
  let drained: Promise<unknown> | null = null;
  const ended = new Promise<void>((resolve) => {
    takeSignals((name) => {
      if (name === 'SIGHUP' && !isOnTerminal(context)) void renew({ log, renewal });
      else if (name === 'SIGTERM' && drainMs > 0 && drained === null) {
        drained = server.drain(AbortSignal.any([signal, AbortSignal.timeout(drainMs)])).then(() => resolve());
      } else return 'pass';
      return undefined;
    });
  });
  if (!signal.aborted) await Promise.race([ended, once(signal, 'abort')]);
}

/** A terminal that is closed says so by SIGHUP, which then means the end; a server without one is told to read its files again. */
function isOnTerminal({ stdout, stderr }: Attended['context']): boolean {
  return stdout.columns !== null || stderr.columns !== null;
}

async function renew({ log, renewal }: Pick<Attended, 'log' | 'renewal'>): Promise<void> {
  if (renewal) await renewal.renew();
  else log('info', 'nothing-to-renew', { message: 'SIGHUP has the certificate read again, and there is none' });
}
