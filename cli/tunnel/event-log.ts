/** What happens to a tunnel as JSON lines, schema natcheck.tunnel/1: one object a line, on stderr or in a file. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';
import type { ForwardEvent } from '../../src/tunnel/forward/event.ts';
import type { LinkEvent } from '../../src/tunnel/link/link.ts';
import type { PipeOutcome } from '../../src/tunnel/pipe/outcome.ts';
import type { Context } from '../command.ts';

const SCHEMA = 'natcheck.tunnel/1';
/** The mode of a new file: what is written there may hold the code. */
const OWNER_ONLY = 0o600;

/** What the commands add to the events of a link. */
export type TunnelEvent =
  | LinkEvent
  /** What is to be run on the other machine; the code is a secret. `code` is the offer where they meet by hand, null where they know each other by ids. */
  | { readonly kind: 'invitation'; readonly code: string | null; readonly line: string }
  /** The answer to the other side's offer, to be pasted there: a secret. */
  | { readonly kind: 'answer'; readonly line: string }
  /** How much has gone so far, told each second that something has. */
  | {
      readonly kind: 'traffic';
      readonly bytesSent: number;
      readonly bytesReceived: number;
      readonly path: 'direct' | 'relayed' | null;
      readonly rttMs: number | null;
    }
  /** What is exposed, or where is listened, as text; before anything is sent. */
  | { readonly kind: 'exposing'; readonly targets: readonly string[] }
  | { readonly kind: 'listening'; readonly forwards: readonly { readonly listen: string; readonly target: string }[] }
  | ForwardEvent
  | ({ readonly kind: 'pipe-ended'; readonly detail: string | null } & Omit<PipeOutcome, 'detail'>)
  /** The last event: why nobody is connected to any more. */
  | { readonly kind: 'end'; readonly reason: string; readonly detail: string | null; readonly exitCode: number };

export interface EventLog extends AsyncDisposable {
  readonly write: (event: TunnelEvent) => void;
}

/**
 * Opens the log; one that writes nothing where neither is asked for.
 * @throws UsageError when the file cannot be written, or both are asked for.
 */
export async function openEventLog(
  argv: { readonly json?: boolean | undefined; readonly 'json-file'?: string | undefined },
  { stderr }: Pick<Context, 'stderr'>,
): Promise<EventLog> {
  const { json: isOnStderr = false, 'json-file': path } = argv;
  if (isOnStderr && path !== undefined)
    throw new UsageError('--json and --json-file are two places for the same lines: give one');
  if (path === undefined) {
    return {
      write: (event) => isOnStderr && stderr.write(`${lineOf(event)}\n`),
      async [Symbol.asyncDispose]() {},
    };
  }
  const file = await open(path, 'w', OWNER_ONLY).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--json-file ${path} cannot be written: ${explainFileCode(error.code ?? error.message)}`);
  });
  const stream = createWriteStream(path, { fd: file });
  // A disk that is full later takes the lines, and not the tunnel.
  stream.on('error', () => {});
  return {
    write: (event) => void stream.write(`${lineOf(event)}\n`),
    [Symbol.asyncDispose]: async () => {
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}

function lineOf({ kind, ...rest }: TunnelEvent): string {
  return JSON.stringify({ schema: SCHEMA, time: new Date().toISOString(), event: kind, ...rest });
}
