/** What ends a pipe before it is complete. */
import { explainFileCode } from '../../net/explain-code.ts';
import { TunnelStreamError } from '../errors.ts';
import type { TunnelEnd } from '../tunnel.ts';

interface Kind {
  /** Nobody reads here any more, which is no fault. */
  readonly isStopped?: boolean;
  /** The tunnel has ended, and with it all its streams. */
  readonly isTunnelOver?: boolean;
}

/** The cause is a sentence's beginning. */
export class PipeBroken extends Error {
  override readonly name = 'PipeBroken';
  readonly isStopped: boolean;
  readonly isTunnelOver: boolean;

  constructor(cause: string, { isStopped = false, isTunnelOver = false }: Kind = {}) {
    super(cause);
    this.isStopped = isStopped;
    this.isTunnelOver = isTunnelOver;
  }
}

/** Returns what a stream has failed with as the end of a pipe; anything else as it is, which is a bug. */
export function asBroken(error: unknown): unknown {
  if (error instanceof TunnelStreamError) return new PipeBroken(error.message, { isTunnelOver: error.code === 'lost' });
  const { code = '' } = error as NodeJS.ErrnoException;
  return code.startsWith('ERR_STREAM_') ? new PipeBroken('the stream has broken off') : error;
}

/** Returns what the tunnel's end does to a pipe; what was thrown as it is, which is a bug. */
export function brokenBy(end: TunnelEnd): unknown {
  return end.reason === 'broken' ? end.error : new PipeBroken(explainTunnelEnd(end), { isTunnelOver: true });
}

function explainTunnelEnd(end: Exclude<TunnelEnd, { readonly reason: 'broken' }>): string {
  switch (end.reason) {
    case 'peer-left':
      return 'the peer has left';
    case 'path-lost':
      return `the connection was lost for good (${end.detail})`;
    case 'peer-restarted':
      return 'the peer has started anew';
    case 'own-end':
      return 'the pipe was ended';
  }
}

/** The reader of the output is gone, as `head` is once it has its lines; or what comes cannot be written. */
export function brokenByOutput(error: NodeJS.ErrnoException): PipeBroken {
  const isGone = error.code === 'EPIPE' || error.code === 'EIO';
  return new PipeBroken(`what comes cannot be written here (${explainFileCode(error.code ?? error.message)})`, {
    isStopped: isGone,
  });
}
