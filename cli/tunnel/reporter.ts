/** Tells on stderr what happens to a tunnel: in lines, on a terminal with a status line below them, or as JSON lines. */
import { formatCode } from '../../src/tunnel/code/code.ts';
import type { LinkEnd, LinkEvent } from '../../src/tunnel/link/link.ts';
import { visible } from '../../src/visible.ts';
import type { Context } from '../command.ts';
import { renderQr } from '../render/layout/qr.ts';
import { shellWords } from '../render/layout/shell-words.ts';
import { hang } from '../render/layout/wrap.ts';
import { createSpinner, type Spinner } from '../render/progress/spinner.ts';
import { openEventLog, type TunnelEvent } from './event-log.ts';
import { endText, eventText } from './event-text.ts';
import type { Meeting, TunnelWords } from './meeting.ts';
import { statusText, type Traffic } from './status-line.ts';

const TICK_MS = 1_000;

export interface Reporter extends AsyncDisposable {
  /** Takes what happens to the link. */
  readonly event: (event: LinkEvent) => void;
  /** Writes a line that stays, unless stderr takes JSON lines. */
  readonly line: (text: string) => void;
  /** Writes a JSON line, where those are wanted. */
  readonly log: (event: TunnelEvent) => void;
  /** Shows from now on how that goes; null shows nothing. */
  readonly follow: (traffic: (() => Traffic) | null) => void;
  /** Shows no status line any more: the peer's bytes go to the same terminal. */
  readonly clear: () => void;
  /** Says why nobody is connected to any more. */
  readonly ended: (end: LinkEnd, exitCode: number) => void;
}

export interface ReporterOptions {
  readonly argv: TunnelWords;
  readonly context: Pick<Context, 'stderr' | 'streams' | 'spinner' | 'signal'>;
  readonly meeting: Meeting;
  /** What the other side runs, such as `natcheck pipe`, before what belongs to the meeting; and after that. */
  readonly otherCommand: readonly string[];
  readonly otherArguments?: readonly string[];
  /** How long the other side is waited for; Infinity for a command that waits for ever. */
  readonly waitMs: number;
}

interface State extends ReporterOptions {
  spinner: Spinner | null;
  readonly write: (event: TunnelEvent) => void;
  readonly isSilent: boolean;
  readonly startedAt: number;
  traffic: (() => Traffic) | null;
  before: Traffic | null;
  isConnected: boolean;
}

/** @throws UsageError when the file of the JSON lines cannot be written. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const { argv, context, meeting } = options;
  const log = await openEventLog(argv, context);
  const isSilent = argv.json === true;
  const spinner = context.spinner && !isSilent ? await createSpinner(context) : null;
  const state: State = {
    ...options,
    ...{ spinner, write: log.write, isSilent, startedAt: performance.now() },
    ...{ traffic: null, before: null, isConnected: false },
  };
  invite(state);
  tick(state);
  const ticking = setInterval(() => tick(state), TICK_MS);
  return {
    event: (event) => show(state, event),
    line: (text) => line(state, text),
    log: log.write,
    follow: (traffic) => {
      state.traffic = traffic;
      state.before = traffic?.() ?? null;
    },
    clear: () => clear(state),
    ended: (end, exitCode) => {
      const text = endText(end, meeting.code === null);
      if (text !== null) line(state, text);
      log.write({ kind: 'end', reason: end.reason, detail: 'detail' in end ? end.detail : null, exitCode });
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticking);
      clear(state);
      await log[Symbol.asyncDispose]();
    },
  };
}

/** Tells what is to be run on the other machine. A code that was given is shown on a terminal alone, since it is a secret. */
function invite(state: State): void {
  const { meeting, otherCommand, otherArguments = [], context, waitMs, write } = state;
  const command = shellWords([...otherCommand, ...meeting.otherWords, ...otherArguments]);
  const { code, isMade } = meeting;
  const isTerminal = context.stderr.columns !== null;
  if (isMade) write({ kind: 'invitation', code: code && formatCode(code), line: command });
  if (state.isSilent) return;
  const wait = waitMs === Number.POSITIVE_INFINITY ? '' : `, for ${waitMs / 1000} s`;
  if (code && !isMade && !isTerminal) {
    line(state, `waiting for the other side${wait}; it needs the same code`);
    return;
  }
  const token = meeting.room.token === undefined ? '' : ' (with the same token in NATCHECK_TOKEN)';
  line(state, `waiting for the other side${wait}; to be run there${token}:`);
  // It is not broken into lines, so that it can be copied.
  raw(state, `  ${visible(command)}`);
  const qr = isMade && renderQr(command, { columns: context.stderr.columns, color: context.spinner });
  if (qr) raw(state, qr);
}

function show(state: State, event: LinkEvent): void {
  state.write(event);
  if (event.kind === 'connected') state.isConnected = true;
  const text = eventText(event, { isNamed: state.meeting.code === null, isConnected: state.isConnected });
  if (text !== null) line(state, text);
}

function clear(state: State): void {
  state.spinner?.[Symbol.dispose]();
  state.spinner = null;
}

function line(state: State, text: string): void {
  raw(state, hang('', visible(text), state.context.stderr.columns));
}

function raw({ spinner, context, isSilent }: State, text: string): void {
  if (isSilent) return;
  if (spinner) spinner.line(text);
  else context.stderr.write(`${text}\n`);
}

function tick(state: State): void {
  const { spinner, traffic, before, isConnected, waitMs, startedAt } = state;
  if (traffic && before) {
    const now = traffic();
    spinner?.say(statusText(now, before, TICK_MS / 1000));
    const { bytesSent, bytesReceived, path, rttMs } = now;
    const hasMoved = bytesSent !== before.bytesSent || bytesReceived !== before.bytesReceived;
    if (hasMoved) state.write({ kind: 'traffic', bytesSent, bytesReceived, path, rttMs });
    state.before = now;
    return;
  }
  if (isConnected) return;
  const leftS = Math.max(0, Math.round((waitMs - (performance.now() - startedAt)) / 1000));
  spinner?.say(`waiting for the other side${waitMs === Number.POSITIVE_INFINITY ? '' : `, ${leftS} s left`}`);
}
