/** Tells on stderr what happens to a tunnel: in lines, on a terminal with a status line below them, or as JSON lines. */
import { formatCode } from '../../src/tunnel/code/code.ts';
import type { LinkEnd, LinkEvent } from '../../src/tunnel/link/link.ts';
import { visible } from '../../src/visible.ts';
import type { Context } from '../command.ts';
import type { renderQr } from '../render/layout/qr.ts';
import { shellWords } from '../render/layout/shell-words.ts';
import { hang } from '../render/layout/wrap.ts';
import { createSpinner, type Spinner } from '../render/progress/spinner.ts';
import { type EventLog, openEventLog, type TunnelEvent } from './event-log.ts';
import { endText, eventText } from './event-text.ts';
import type { Meeting, TunnelWords } from './meeting.ts';
import { statusText, type Traffic } from './status-line.ts';

const TICK_MS = 1_000;
/** How many different failures are kept, so as to say each once. */
const FAILURES_MAX = 64;

export interface Reporter extends AsyncDisposable {
  /** Takes what happens to the link. */
  readonly event: (event: LinkEvent) => void;
  /** Writes a line that stays, unless stderr takes JSON lines. */
  readonly line: (text: string) => void;
  /** Says what is to be run on the other machine, with this code, or the offer that was made here. */
  readonly invite: (secret: string) => void;
  /** Writes a line that people copy, and that is therefore not broken into several, unless stderr takes JSON lines. */
  readonly verbatim: (text: string) => void;
  /** Shows no status line until this is disposed of, since the user is typing. */
  readonly yield: () => Disposable;
  /** Writes a JSON line, where those are wanted. */
  readonly log: (event: TunnelEvent) => void;
  /** Shows from now on how that goes; null shows nothing. */
  readonly follow: (traffic: (() => Traffic) | null) => void;
  /** Shows no status line any more: the peer's bytes go to the same terminal. */
  readonly clear: () => void;
  /** Says why nobody is connected to any more; as the last JSON line, which is written when this is disposed of. */
  readonly ended: (end: LinkEnd, exitCode: number) => void;
}

export interface ReporterOptions {
  readonly argv: TunnelWords;
  readonly context: Pick<Context, 'stderr' | 'streams' | 'spinner' | 'signal'>;
  readonly meeting: Meeting;
  /** What the other side runs, such as `natcheck pipe`, before the code and what belongs to the meeting; and after that. */
  readonly otherCommand: readonly string[];
  readonly otherArguments?: readonly string[];
  /** Whether that command takes no code as an argument. */
  readonly takesCodeFromEnv?: boolean;
  /** How long the other side is waited for; Infinity for a command that waits for ever. */
  readonly waitMs: number;
}

interface State extends ReporterOptions {
  readonly events: EventLog;
  spinner: Spinner | null;
  /** Null where no line is drawn. */
  readonly drawQr: typeof renderQr | null;
  readonly isSilent: boolean;
  readonly startedAt: number;
  traffic: (() => Traffic) | null;
  before: Traffic | null;
  isConnected: boolean;
  /** What has been said of attempts that have failed since the last connection. */
  readonly failures: Set<string>;
  /** The last event. */
  end: TunnelEvent | null;
  isOver: boolean;
  /** Whether the user is typing. */
  isYielded: boolean;
}

/** @throws UsageError when the file of the JSON lines cannot be written. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const { argv, context, meeting } = options;
  const events = await openEventLog(argv, context);
  const isSilent = argv.json === true;
  const spinner = context.spinner && !isSilent ? await createSpinner(context) : null;
  const isDrawn = meeting.isMade && !isSilent && context.stderr.columns !== null;
  const drawQr = isDrawn ? (await import('../render/layout/qr.ts')).renderQr : null;
  const state: State = {
    ...options,
    ...{ events, spinner, drawQr, isSilent, startedAt: performance.now() },
    ...{ traffic: null, before: null, isConnected: false, failures: new Set<string>() },
    ...{ isYielded: false, end: null, isOver: false },
  };
  begin(state);
  tick(state);
  const ticking = setInterval(() => tick(state), TICK_MS);
  return {
    event: (event) => show(state, event),
    line: (text) => line(state, text),
    invite: (secret) => invite(state, secret),
    verbatim: (text) => raw(state, `  ${visible(text)}`),
    yield: () => yieldTerminal(state),
    log: (event) => log(state, event),
    follow: (traffic) => follow(state, traffic),
    clear: () => clear(state),
    ended: (end, exitCode) => ended(state, { end, exitCode }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticking);
      await finish(state);
    },
  };
}

/** Says who is waited for. A code that was given is shown on a terminal alone, since it is a secret. */
function begin(state: State): void {
  const { code, isMade, byHand } = state.meeting;
  if (byHand) {
    line(state, `finding out where this host is seen, for the ${byHand}`);
  } else if (code && !isMade && state.context.stderr.columns === null) {
    line(state, `waiting for the other side${waitText(state)}; it needs the same code`);
  } else {
    invite(state, code && formatCode(code));
  }
}

/** Says what is to be run on the other machine. */
function invite(state: State, secret: string | null): void {
  const { meeting, context, drawQr } = state;
  const command = commandOf(state, secret);
  const isMade = meeting.isMade || meeting.byHand !== null;
  if (isMade) log(state, { kind: 'invitation', code: secret, line: command });
  const token = meeting.room.token === undefined ? '' : ' (with the same token in NATCHECK_TOKEN)';
  line(state, `waiting for the other side${waitText(state)}; to be run there${token}:`);
  // It is not broken into lines, so that it can be copied.
  raw(state, `  ${visible(command)}`);
  const qr = drawQr?.(command, { columns: context.stderr.columns, color: context.spinner });
  if (qr) raw(state, qr);
}

function commandOf({ meeting, ...options }: State, secret: string | null): string {
  const { otherCommand, otherArguments = [], takesCodeFromEnv = false } = options;
  const [before, after] = takesCodeFromEnv ? [[`NATCHECK_CODE=${secret}`], []] : [[], [secret ?? '']];
  return shellWords([
    ...(secret === null ? otherCommand : [...before, ...otherCommand, ...after]),
    ...meeting.otherWords,
    ...otherArguments,
  ]);
}

function waitText({ waitMs }: State): string {
  return waitMs === Number.POSITIVE_INFINITY ? '' : `, for ${waitMs / 1000} s`;
}

function show(state: State, event: LinkEvent): void {
  log(state, event);
  if (event.kind === 'connected') {
    state.isConnected = true;
    state.failures.clear();
  }
  const text = eventText(event, { isNamed: state.meeting.keys === null, isConnected: state.isConnected });
  if (text === null || (event.kind === 'attempt-failed' && isSaid(state, text))) return;
  line(state, text);
}

/** Whether it was said already: attempts may fail alike for long. */
function isSaid({ failures }: State, text: string): boolean {
  if (failures.has(text) || failures.size >= FAILURES_MAX) return true;
  failures.add(text);
  return false;
}

/** Shows no status line until the result is disposed of. */
function yieldTerminal(state: State): Disposable {
  state.isYielded = true;
  state.spinner?.pause();
  return {
    [Symbol.dispose]: () => {
      state.isYielded = false;
    },
  };
}

function follow(state: State, traffic: (() => Traffic) | null): void {
  state.traffic = traffic;
  state.before = traffic?.() ?? null;
}

function ended(state: State, { end, exitCode }: { readonly end: LinkEnd; readonly exitCode: number }): void {
  const text = endText(end, state.meeting.code === null);
  if (text !== null) line(state, text);
  state.end = { kind: 'end', reason: end.reason, detail: 'detail' in end ? end.detail : null, exitCode };
}

/** Whatever else the end has ended has been told by now. */
async function finish(state: State): Promise<void> {
  clear(state);
  if (state.end) log(state, state.end);
  state.isOver = true;
  await state.events[Symbol.asyncDispose]();
}

function log({ events, isOver }: State, event: TunnelEvent): void {
  if (!isOver) events.write(event);
}

function clear(state: State): void {
  state.spinner?.[Symbol.dispose]();
  state.spinner = null;
}

function line(state: State, text: string): void {
  raw(state, hang('', visible(text), state.context.stderr.columns));
}

function raw({ spinner, context, isSilent, isOver }: State, text: string): void {
  if (isSilent || isOver) return;
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
    if (hasMoved) log(state, { kind: 'traffic', bytesSent, bytesReceived, path, rttMs });
    state.before = now;
    return;
  }
  if (isConnected || state.isYielded) return;
  const leftS = Math.max(0, Math.round((waitMs - (performance.now() - startedAt)) / 1000));
  spinner?.say(`waiting for the other side${waitMs === Number.POSITIVE_INFINITY ? '' : `, ${leftS} s left`}`);
}
