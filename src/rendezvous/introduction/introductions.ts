/**
 * A peer's side of the rendezvous as a sans-IO state machine (docs/rendezvous.md): it joins the room, binds its socket by
 * tickets, and asks for peers until each is introduced. A lost server is rejoined, and then told anew what is known by then. As long as the peer is in the room, the
 * socket is bound again and again, and a changed mapping is told to the peers that are asked for.
 */
import { changed, expire, forget, gatherAt, gathered, gatherIfWanted, hear, mayExpire, want } from './asking.ts';
import { bindIfDue, bound } from './binding.ts';
import { doubt, doubtEndsAt, endDoubt } from './doubt.ts';
import { closed, joined, notJoined, renewed, startJoin } from './joining.ts';
import type { IntroductionInput, IntroductionOutput } from './output.ts';
import { createPresence, notePresence } from './presence.ts';
import { bindSecondIfDue, secondBound } from './second-socket.ts';
import { type State, type Told, waiting } from './state.ts';

/**
 * RFC 8445 §11 keeps a mapping alive by a packet every 15 s: the shortest lifetimes seen are 20 to 30 s, on Linux 30 s for a
 * mapping without a reply. The packet carries a ticket, so that the server notices when the mapping has changed.
 */
const REFRESH_MS = 15_000;
/** The least time between two bindings or requests for a ticket, however short the tickets live and however often they are refused. */
const BIND_GAP_MIN_MS = 1_000;

export interface IntroductionsOptions {
  /** How long to wait for an id that is kept for its absent owner, while no peer is wanted yet. */
  readonly joinWaitMs: number;
  /** How long a lost server is tried while no peer is wanted; default: for ever. */
  readonly patienceMs?: number | undefined;
  /** The time from one binding of the socket to the next; default REFRESH_MS. */
  readonly refreshMs?: number | undefined;
  /** Whether the two sides share a code, so that ids are names to nobody; default: false. */
  readonly hasCode?: boolean | undefined;
}

export interface Introductions<T extends Told> {
  /** Takes an input, and returns what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: IntroductionInput<T>) => readonly IntroductionOutput<T>[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

/** Creates the machine, which begins to join with the first input, whatever that is. */
export function createIntroductions<T extends Told>(options: IntroductionsOptions): Introductions<T> {
  const { joinWaitMs, patienceMs = Number.POSITIVE_INFINITY, refreshMs = REFRESH_MS, hasCode = false } = options;
  let state: State<T> | null = null;
  return {
    handle: (now, input) => {
      const isFirst = state === null;
      state ??= createState({ now, joinWaitMs, patienceMs, refreshMs, hasCode });
      apply(now, state, input);
      if (isFirst) startJoin(state, Math.max(now + joinWaitMs, ...waiting(state).map(({ by }) => by)));
      advance(now, state);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    wakeAt: () => (state ? wakeAt(state) : Number.NEGATIVE_INFINITY),
  };
}

function createState<T extends Told>(options: {
  readonly now: number;
  readonly joinWaitMs: number;
  readonly patienceMs: number;
  readonly refreshMs: number;
  readonly hasCode: boolean;
}): State<T> {
  const { now, joinWaitMs, patienceMs, refreshMs, hasCode } = options;
  return {
    hasCode,
    refreshMs,
    gapMs: Math.min(refreshMs, BIND_GAP_MIN_MS),
    patienceMs,
    phase: { kind: 'joining', by: now + joinWaitMs },
    resumeKey: undefined,
    firstPlace: null,
    joinedAt: Number.NEGATIVE_INFINITY,
    serverAddress: '',
    lostAt: now,
    returns: 0,
    startedAt: now,
    isServerSeen: false,
    bindAt: Number.NEGATIVE_INFINITY,
    boundAt: Number.NEGATIVE_INFINITY,
    binding: null,
    bindings: 0,
    refusals: 0,
    own: null,
    shownAt: Number.NEGATIVE_INFINITY,
    second: null,
    gathering: null,
    gatherings: 0,
    peers: new Map(),
    presence: createPresence(),
    outputs: [],
  };
}

function apply<T extends Told>(now: number, state: State<T>, input: IntroductionInput<T>): void {
  if (state.phase.kind === 'over') return;
  switch (input.kind) {
    case 'want':
      want(now, state, input);
      break;
    case 'forget':
      forget(state, input.peer);
      break;
    case 'signal':
      signal(state, input);
      break;
    case 'joined':
      joined(now, state, input);
      break;
    case 'not-joined':
      notJoined(now, state, input);
      break;
    case 'message':
      if (state.phase.kind === 'joined') read(now, state, input.message);
      break;
    case 'closed':
      closed(now, state, input);
      break;
    case 'bound':
      bound(now, state, input);
      break;
    case 'second-bound':
      secondBound(state, input);
      break;
    case 'gathered':
      gathered(now, state, input);
      break;
    case 'changed':
      changed(state);
      break;
    case 'doubt':
      doubt(now, state);
      break;
    case 'timeout':
      break;
  }
}

function read<T extends Told>(
  now: number,
  state: State<T>,
  message: Extract<IntroductionInput<T>, { readonly kind: 'message' }>['message'],
): void {
  notePresence(state.presence, message);
  if (message.type === 'ticket') renewed(now, state, message);
  else if (message.type === 'turn') {
    state.outputs.push({ kind: 'turn', servers: message.turn, address: state.serverAddress });
  } else hear(now, state, message);
}

function signal<T extends Told>(
  state: State<T>,
  { peer, data }: { readonly peer: string; readonly data: string },
): void {
  if (state.phase.kind === 'joined') state.outputs.push({ kind: 'send', message: { type: 'signal', peer, data } });
}

/** Does what is due. */
function advance<T extends Told>(now: number, state: State<T>): void {
  if (state.phase.kind === 'pausing' && now >= state.phase.until) startJoin(state, state.phase.by);
  endDoubt(now, state);
  bindIfDue(now, state);
  bindSecondIfDue(now, state);
  gatherIfWanted(now, state);
  expire(now, state);
}

function wakeAt<T extends Told>(state: State<T>): number {
  const { phase, binding, bindAt, second } = state;
  if (phase.kind === 'pausing') return phase.until;
  if (phase.kind !== 'joined') return Number.POSITIVE_INFINITY;
  const deadlines = mayExpire(state) ? waiting(state).map(({ by }) => by) : [];
  const secondAt = second?.binding === null ? second.bindAt : Number.POSITIVE_INFINITY;
  return Math.min(
    binding === null ? bindAt : Number.POSITIVE_INFINITY,
    secondAt,
    gatherAt(state),
    doubtEndsAt(state),
    ...deadlines,
  );
}
