/** What ends a pipe before it is complete. */
import { explainFileCode } from '../../net/explain-code.ts';
import { TunnelStreamError } from '../errors.ts';
import type { TunnelEnd } from '../tunnel.ts';

/** The cause is a sentence's beginning. `isStopped`: nobody reads here any more, which is no fault. */
export class PipeBroken extends Error {
  override readonly name = 'PipeBroken';
  readonly isStopped: boolean;

  constructor(cause: string, { isStopped = false }: { readonly isStopped?: boolean } = {}) {
    super(cause);
    this.isStopped = isStopped;
  }
}

/** Returns what a stream has failed with as the end of a pipe; anything else as it is, which is a bug. */
export function asBroken(error: unknown): unknown {
  if (error instanceof TunnelStreamError) return new PipeBroken(error.message);
  const { code = '' } = error as NodeJS.ErrnoException;
  return code.startsWith('ERR_STREAM_') ? new PipeBroken('the stream has broken off') : error;
}

/** Returns what the tunnel's end does to a pipe; what was thrown as it is, which is a bug. */
export function brokenBy(end: TunnelEnd): unknown {
  switch (end.reason) {
    case 'peer-left':
      return new PipeBroken('the peer has left');
    case 'path-lost':
      return new PipeBroken(`the connection was lost for good (${end.detail})`);
    case 'peer-restarted':
      return new PipeBroken('the peer has started anew');
    case 'broken':
      return end.error;
    case 'own-end':
      return new PipeBroken('the pipe was ended');
  }
}

/** The reader of the output is gone, as `head` is once it has its lines; or what comes cannot be written. */
export function brokenByOutput(error: NodeJS.ErrnoException): PipeBroken {
  const isGone = error.code === 'EPIPE' || error.code === 'EIO';
  return new PipeBroken(`what comes cannot be written here (${explainFileCode(error.code ?? error.message)})`, {
    isStopped: isGone,
  });
}
