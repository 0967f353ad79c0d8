/** `natcheck pipe`: the standard input of one side is the standard output of the other. */
import type { Writable } from 'node:stream';
import { UsageError } from '../../src/errors.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import type { Link, LinkedTunnel } from '../../src/tunnel/link/link.ts';
import type { PipeOutcome } from '../../src/tunnel/pipe/outcome.ts';
import { startPipe } from '../../src/tunnel/pipe/pipe.ts';
import { markUsed } from '../code/used.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { meetingOf } from '../tunnel/choose-meeting.ts';
import { exitAfterLink } from '../tunnel/exit.ts';
import { type Meeting, ONCE_OPTION, TUNNEL_OPTIONS } from '../tunnel/meeting.ts';
import { openMeeting } from '../tunnel/open-meeting.ts';
import { createReporter, type Reporter } from '../tunnel/reporter.ts';
import { closingStdout } from '../tunnel/standard-streams.ts';
import { waitOption } from './options/room-options.ts';

/** Long enough to read a code to somebody on the phone. */
const WAIT_S = 600;
/** How long a lost connection is tried to be brought back. */
const PATIENCE_MS = 60_000;

const NOTES = `\
Without CODE it makes one, and says what to run on the other machine. With the
same CODE on both sides, whoever has it is the other side, and nobody else is.
What goes through the pipe is encrypted end to end, through a relay as well.

Each direction ends by itself: with the end of its input, which is Ctrl-D on a
terminal. When a path is lost, another one is opened, and everything goes on.

Exit codes: 0 both directions have ended and every byte has arrived, 6 the peer
did not come, 7 something was lost, 3 no server answers.`;

export const pipe = defineCommand({
  name: 'pipe',
  arguments: '[code]',
  positionals: {
    code: {
      type: 'string',
      describe: 'Code that the other side has shown, or the offer that its --manual has made; one is made if left out',
    },
  },
  options: {
    ...TUNNEL_OPTIONS,
    ...ONCE_OPTION,
    wait: { type: 'number', default: WAIT_S, describe: 'Seconds to wait for the other side' },
  },
  notes: NOTES,
  examples: [
    ['tar c . | natcheck pipe --server stun.example.org', 'send a folder, and say what to run on the other machine'],
    ['natcheck pipe CODE < /dev/null | tar x', 'receive it there, and send nothing back'],
    ['natcheck pipe --manual', 'make an offer, and take the answer of the natcheck pipe OFFER on the other machine'],
  ],
  run: async (argv, context) => {
    const { code } = argv as { readonly code?: string };
    const waitMs = waitOption(argv);
    if (argv['answer-fd'] === 0)
      throw new UsageError('stdin goes through the pipe: give the answer by another descriptor');
    const meeting = await meetingOf(argv, context, { argument: code, label: null });
    await using reporter = await createReporter({
      ...{ argv, context, meeting, otherCommand: ['natcheck', 'pipe'], waitMs },
    });
    await using link = await openMeeting(meeting, {
      ...{ argv, reporter, waitMs, patienceMs: PATIENCE_MS },
      peers: { kind: 'first' },
    });
    return await pipeThrough(link, { meeting, reporter, context });
  },
});

interface Running {
  readonly meeting: Meeting;
  readonly reporter: Reporter;
  readonly context: Pick<Context, 'signal' | 'env'>;
}

/** Pipes through the first tunnel that the peer uses too. A peer that comes again after that has lost its end of the pipe. */
async function pipeThrough(link: Link, running: Running): Promise<ExitCode> {
  const { reporter, context } = running;
  const output = closingStdout(() => process.stdout.isTTY && reporter.clear());
  for await (const linked of link.tunnels) {
    const outcome = await pipeOnce(linked, output, running);
    if (outcome.outcome === 'not-begun') continue;
    const detail = detailOf(outcome);
    reporter.log({ kind: 'pipe-ended', ...outcome, detail });
    if (detail !== null) reporter.line(detail);
    return outcome.outcome === 'failed' ? EXIT.noPath : EXIT.ok;
  }
  const end = await link.closed;
  context.signal.throwIfAborted();
  const exitCode = exitAfterLink(end);
  reporter.ended(end, exitCode);
  return exitCode;
}

async function pipeOnce(
  { tunnel, role, settle }: LinkedTunnel,
  output: Writable,
  { meeting, reporter, context }: Running,
): Promise<PipeOutcome> {
  const { signal, env } = context;
  if (meeting.code?.once) await markUsed(keysOf(meeting.code.secret).room, env);
  const running = startPipe({ tunnel, role, input: process.stdin, output, signal, onBegun: settle });
  reporter.follow(() => {
    const { sent, received } = running.counts();
    return { ...tunnel.stats(), bytesSent: sent, bytesReceived: received };
  });
  const outcome = await running.outcome;
  reporter.follow(null);
  return outcome;
}

function detailOf(outcome: PipeOutcome): string | null {
  return outcome.outcome === 'failed' ? outcome.detail : null;
}
