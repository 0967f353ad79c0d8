/** Has a server use another certificate when that is in its files: when they are found to be different, and when asked. */
import type { NatcheckServer, ServerLog, Tls } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';
import { readTls, type TlsFiles } from './tls-files.ts';

/**
 * How often the files are read. Their text is compared, so that it does not matter by which means they are replaced, and by
 * which links they are reached.
 */
const LOOK_MS = 5_000;

export interface Renewal extends Disposable {
  /** Reads the files now, and has the server use what is in them, different or not. */
  readonly renew: () => Promise<void>;
}

interface RenewalOptions {
  readonly server: Pick<NatcheckServer, 'renewTls'>;
  readonly log: ServerLog;
  readonly files: TlsFiles;
  /** What the server was started with. */
  readonly tls: Tls;
  readonly everyMs?: number;
}

/** What cannot be used changes nothing, and is told once. */
export function keepRenewed({ server, log, files, tls, everyMs = LOOK_MS }: RenewalOptions): Renewal {
  let tried = tls;
  let refused = '';
  const renew = async (isAsked: boolean): Promise<void> => {
    try {
      const read = await readTls(files);
      if (!isAsked && read.cert === tried.cert && read.key === tried.key) return;
      tried = read;
      server.renewTls(read);
      refused = '';
    } catch (error) {
      const isForOperator = error instanceof UsageError || (error instanceof Error && error.name === 'StartError');
      if (!isForOperator) throw error;
      if (isAsked || error.message !== refused) {
        log('error', 'tls-refused', { message: `${error.message}; the former certificate stays` });
      }
      refused = error.message;
    }
  };
  const timer = setInterval(() => void renew(false), everyMs).unref();
  return { renew: () => renew(true), [Symbol.dispose]: () => clearInterval(timer) };
}
