/** The link to one peer: does on real sockets what its upkeep decides, and gives each tunnel that comes of it. */
import { now } from '../../net/driver.ts';
import { type RunningMachine, startMachine } from '../../net/machine.ts';
import type { Udx } from '../../net/udx/native.ts';
import { explainEnd, type PathEnd } from '../../punch/path/end.ts';
import type { Identity } from '../handshake/identity.ts';
import type { MovableSession } from '../session/create-session.ts';
import type { Session } from '../session/session.ts';
import type { TunnelEnd } from '../tunnel.ts';
import { type AttemptEnd, attemptOnce } from './attempt.ts';
import type { LinkEvent, LinkedTunnel } from './link.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { UpkeepFailure } from './upkeep/state.ts';
import { createUpkeep, type UpkeepInput, type UpkeepOutput } from './upkeep/upkeep.ts';

/** Disposing of it ends the tunnel, and tells the peer. */
export interface PeerLink extends AsyncDisposable {
  readonly tell: (input: Extract<UpkeepInput, { readonly kind: 'want' | 'asked' | 'doubt' | 'moved' }>) => void;
  /** Whether there is a tunnel. */
  readonly isConnected: () => boolean;
  /** Whether the peer has asked for this side too. */
  readonly isMet: () => boolean;
}

export type PeerTunnel = Omit<LinkedTunnel, 'settle'>;

/** Why nothing more is done about a peer. */
export type PeerEnd =
  | { readonly kind: 'given-up'; readonly reason: UpkeepFailure; readonly detail: string }
  /** The peer has closed the tunnel. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'broken'; readonly error: unknown };

export interface PeerLinkOptions {
  readonly peer: string;
  readonly keeper: RoomKeeper;
  readonly udx: Udx;
  readonly identity: Identity;
  /** The random bytes of this process. */
  readonly instance: Uint8Array;
  readonly waitMs: number;
  readonly patienceMs: number;
  readonly onTunnel: (linked: PeerTunnel) => void;
  readonly onEvent: (event: LinkEvent) => void;
  /** Called once. */
  readonly onEnd: (end: PeerEnd) => void;
}

interface State {
  readonly options: PeerLinkOptions;
  readonly machine: RunningMachine<UpkeepInput>;
  session: MovableSession | null;
  /** Ends the attempt that is under way. */
  attempt: AbortController;
  /** Resolves when no attempt is under way. */
  attempted: Promise<void>;
  isMet: boolean;
  isOver: boolean;
}

/** Does nothing before it is told to. */
export function createPeerLink(options: PeerLinkOptions): PeerLink {
  const { waitMs, patienceMs } = options;
  const upkeep = createUpkeep(now(), {
    ...{ waitMs, patienceMs },
    quietForMs: () => state.session?.quietForMs() ?? Number.POSITIVE_INFINITY,
    rttMs: () => state.session?.stats().rttMs ?? null,
  });
  const state: State = {
    options,
    machine: startMachine<UpkeepInput, UpkeepOutput>({ machine: upkeep, obey: (output) => obey(state, output) }),
    ...{ session: null, attempt: new AbortController(), attempted: Promise.resolve(), isMet: false, isOver: false },
  };
  state.machine.broken.catch((error: unknown) => end(state, { kind: 'broken', error }));
  return {
    tell: state.machine.tell,
    isConnected: () => state.session !== null,
    isMet: () => state.isMet,
    [Symbol.asyncDispose]: () => dispose(state),
  };
}

async function dispose(state: State): Promise<void> {
  state.isOver = true;
  state.machine[Symbol.dispose]();
  state.attempt.abort(new DOMException('the link has ended', 'AbortError'));
  await state.attempted;
  await state.session?.[Symbol.asyncDispose]();
}

/** Nothing more is done about the peer. */
function end(state: State, how: PeerEnd): void {
  if (state.isOver) return;
  state.isOver = true;
  state.machine[Symbol.dispose]();
  state.attempt.abort(new DOMException('the link has ended', 'AbortError'));
  state.options.onEnd(how);
}

function obey(state: State, output: UpkeepOutput): void {
  const { peer, keeper, onEvent } = state.options;
  switch (output.kind) {
    case 'connect':
      onEvent({ kind: 'connecting', peer, again: output.isAgain });
      state.attempted = attempt(state, output, state.attempted);
      break;
    case 'abandon':
      state.attempt.abort(new DOMException('the attempt is given up', 'AbortError'));
      break;
    case 'doubt':
      keeper.doubt();
      break;
    case 'lost':
      onEvent({ kind: 'lost', peer, detail: output.detail });
      break;
    case 'back':
      tellConnected(state, output.outageMs);
      break;
    case 'attempt-failed': {
      const { reason, detail, retryInMs } = output;
      onEvent({ kind: 'attempt-failed', peer, reason, detail, retryInMs });
      break;
    }
    case 'given-up':
      void state.session?.end({ reason: 'path-lost', detail: output.detail });
      end(state, output);
      break;
  }
}

function tellConnected({ session, options }: State, outageMs: number | null): void {
  if (!session) return;
  const path = session.stats().path ?? 'direct';
  options.onEvent({
    kind: 'connected',
    peer: options.peer,
    path,
    fingerprint: fingerprintOf(session, options),
    outageMs,
  });
}

function fingerprintOf({ fingerprint }: Session, { identity }: PeerLinkOptions): string | null {
  return identity.kind === 'anyone' ? fingerprint : null;
}

/** Makes one attempt once the former one has ended. Never rejects. */
async function attempt(
  state: State,
  { attempt: number, waitMs }: Extract<UpkeepOutput, { readonly kind: 'connect' }>,
  former: Promise<void>,
): Promise<void> {
  const { options } = state;
  const mine = new AbortController();
  state.attempt = mine;
  try {
    await former;
    const { session } = state;
    const how = { ...options, session, waitMs, outliveMs: options.patienceMs, signal: mine.signal };
    const ended = await attemptOnce({
      ...how,
      onMet: () => {
        state.isMet = true;
      },
      onClosed: (how) => handlePathEnd(state, number, how),
      onPath: (path) => options.onEvent({ kind: 'path', peer: options.peer, path }),
    });
    take(state, number, ended);
  } catch (error) {
    if (!mine.signal.aborted) end(state, { kind: 'broken', error });
  }
}

function take(state: State, attempt: number, ended: AttemptEnd): void {
  const { machine, options } = state;
  if (ended.kind === 'failed') {
    state.isMet = false;
    const isFinal = ended.isFinal && state.session === null;
    machine.tell({ ...ended, attempt, isFinal });
    return;
  }
  const isContinued = ended.kind === 'continued';
  const { session } = ended;
  state.session = session;
  machine.tell({ kind: 'connected', attempt, isContinued });
  if (isContinued) return;
  void session.closed.then((how) => handleClosed(state, session, how));
  tellConnected(state, null);
  options.onTunnel({
    peer: options.peer,
    tunnel: session,
    fingerprint: fingerprintOf(session, options),
    role: session.role,
  });
}

/**
 * The path has ended. A peer that closes it and has never answered has not begun the tunnel: the side that begins the handshake
 * takes it for done as soon as it knows who the peer is.
 */
function handlePathEnd({ session, machine }: State, attempt: number, how: PathEnd): void {
  // The peer has said goodbye before: that ends the tunnel, and is told.
  if (session?.isOver()) return;
  if (how.reason === 'peer-left' && session?.stats().rttMs === null) void session.end({ reason: 'peer-left' });
  else machine.tell({ kind: 'closed', attempt, detail: explainEnd(how) });
}

/** The tunnel has ended: with its peer, or because another one has begun in its place. */
function handleClosed(state: State, session: Session, how: TunnelEnd): void {
  if (state.isOver || state.session !== session) return;
  state.session = null;
  const { peer, onEvent } = state.options;
  switch (how.reason) {
    case 'peer-left':
      onEvent({ kind: 'ended', peer, detail: 'the peer has closed the connection' });
      end(state, { kind: 'ended' });
      break;
    case 'path-lost':
      onEvent({ kind: 'ended', peer, detail: how.detail });
      break;
    case 'broken':
      end(state, { kind: 'broken', error: how.error });
      break;
    case 'peer-restarted':
    case 'own-end':
      break;
  }
}
