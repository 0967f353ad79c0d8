/**
 * Meets one friend in a room of the rendezvous, without a socket or a clock (docs/rendezvous.md, "For a WebRTC application").
 * The first two in the room meet; a third one waits until one of them has gone, and goes itself if that does not happen.
 */
import { PROTOCOL_VERSION } from '../../../src/rendezvous/protocol/client-message.ts';
import { type FriendProblem, PROBLEM_OF } from '../text.ts';
import { heard, noteOthers } from './seats.ts';
import { createState, type MeetingInput, type MeetingOutput, type State } from './state.ts';

export type { MeetingInput, MeetingOutput };

/** The pauses before each attempt to come back; the last one repeats. The id is kept for 5 s (docs/rendezvous.md). */
const BACK_AFTER_MS = [100, 400, 1_000, 2_000] as const;
/** How long a server that was lost is tried. */
const PATIENCE_MS = 30_000;
/** How often a server that has not let this page in is tried. */
const FIRST_TRIES_MAX = 3;
/** How long a connection may take to open, and then to lead into the room. */
const CONNECT_MS = 10_000;
const JOIN_MS = 5_000;
/** The least time between two joins while the server refuses them. */
const RETRY_MIN_MS = 1_000;

export interface Meeting {
  readonly handle: (now: number, input: MeetingInput) => readonly MeetingOutput[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

export function createMeeting(own: { readonly id: string; readonly room: string }): Meeting {
  const state = createState(own);
  return {
    handle: (now, input) => {
      if (state.phase.kind !== 'over') apply(now, state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    wakeAt: () => {
      const { phase, fullUntil } = state;
      if (phase.kind === 'over') return Number.POSITIVE_INFINITY;
      return Math.min('until' in phase ? phase.until : Number.POSITIVE_INFINITY, fullUntil ?? Infinity);
    },
  };
}

function apply(now: number, state: State, input: MeetingInput): void {
  switch (input.kind) {
    case 'start':
      connect(now, state);
      break;
    case 'open':
      state.phase = { kind: 'connecting', isOpen: true, until: now + JOIN_MS };
      join(state);
      break;
    case 'message':
      hear(now, state, input.message);
      break;
    case 'unreadable':
      // In the room, a message of a kind that is newer than this page can be done without.
      if (state.phase.kind === 'connecting') fail(state, 'other-version');
      break;
    case 'closed':
      closed(now, state);
      break;
    case 'timeout':
      if ('until' in state.phase && now >= state.phase.until) timedOut(now, state, state.phase);
      if (state.fullUntil !== null && now >= state.fullUntil) fail(state, 'full');
      break;
  }
}

function timedOut(now: number, state: State, phase: Extract<State['phase'], { readonly until: number }>): void {
  if (phase.kind === 'pausing') connect(now, state);
  // A connection that is lost is tried for as long as there is patience.
  else if (state.resumeKey !== undefined) closed(now, state);
  else if (phase.isOpen) fail(state, 'silent');
  else unconnected(state);
}

function connect(now: number, state: State): void {
  state.phase = { kind: 'connecting', isOpen: false, until: now + CONNECT_MS };
  state.outputs.push({ kind: 'connect' });
}

function join({ id, room, resumeKey, outputs }: State): void {
  const message = { type: 'join', version: PROTOCOL_VERSION, room, id, resumeKey } as const;
  outputs.push({ kind: 'send', message });
}

function hear(
  now: number,
  state: State,
  message: Extract<MeetingInput, { readonly kind: 'message' }>['message'],
): void {
  switch (message.type) {
    case 'joined':
      if (state.lostAt !== null) state.outputs.push({ kind: 'server', is: 'back' });
      Object.assign(state, { phase: { kind: 'joined' }, resumeKey: message.resumeKey, lostAt: null, tries: 0 });
      state.outputs.push({ kind: 'joined', joined: message });
      noteOthers(now, state, message);
      break;
    case 'peer-joined':
    case 'peer-left':
    case 'wanted':
    case 'paired':
    case 'signal':
      if (state.phase.kind === 'joined') heard(now, state, message);
      break;
    case 'error':
      refused(now, state, message);
      break;
  }
}

function refused(
  now: number,
  state: State,
  { code, message, retryInMs }: { code: keyof typeof PROBLEM_OF; message: string; retryInMs?: number | undefined },
): void {
  // Only coming back meets one's own id.
  if (code === 'id-in-use' && retryInMs !== undefined && state.lostAt !== null) {
    state.phase = { kind: 'pausing', until: now + Math.max(retryInMs, RETRY_MIN_MS) };
    return;
  }
  // What a page says before it is in the room is wrong only to a server of another version.
  const isForeign = code === 'bad-message' && state.phase.kind === 'connecting';
  const problem = PROBLEM_OF[code];
  if (isForeign) fail(state, 'other-version');
  else if (problem) fail(state, problem, message);
}

function closed(now: number, state: State): void {
  if (state.phase.kind === 'pausing') return;
  const isFirst = state.resumeKey === undefined;
  if (state.lostAt === null && !isFirst) state.outputs.push({ kind: 'server', is: 'lost' });
  state.lostAt ??= now;
  const pauseMs = BACK_AFTER_MS[Math.min(state.tries, BACK_AFTER_MS.length - 1)] ?? 0;
  state.tries++;
  if (isFirst && state.tries >= FIRST_TRIES_MAX) unconnected(state);
  else if (now - state.lostAt >= PATIENCE_MS) fail(state, 'server-lost');
  else {
    state.phase = { kind: 'pausing', until: now + pauseMs };
    // Where the two had not met, it begins anew.
    if (state.friend && !state.friend.isMet) state.friend = null;
  }
}

function unconnected(state: State): void {
  state.phase = { kind: 'over' };
  state.outputs.push({ kind: 'unconnected' });
}

function fail(state: State, problem: FriendProblem, detail = ''): void {
  state.phase = { kind: 'over' };
  state.outputs.push({ kind: 'failed', problem, detail });
}
