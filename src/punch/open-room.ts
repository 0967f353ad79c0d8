/** Meets any number of peers in one room at the same time, over one socket. */
import type { Endpoint } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import { createInbox, type Inbox } from '../net/inbox.ts';
import { createOwner, disposeAll } from '../net/owner.ts';
import { ROOM_PEERS_MAX } from '../rendezvous/protocol/bounds.ts';
import { type Ground, type OpenedGround, openGround } from './ground.ts';
import { meetPeer, notMet, recorderOf } from './meet.ts';
import { namesOfServers } from './meeting.ts';
import { type ConnectOptions, PUNCH_WAIT_MS, type PunchRoom, type RoomOptions } from './options.ts';
import { explainNotMet } from './report/not-met.ts';
import type { Recorder } from './report/recorder.ts';
import { explainUnproven } from './report/unproven.ts';
import type { PunchResult } from './result.ts';

interface State {
  readonly options: RoomOptions;
  /** The paths that are open. */
  readonly paths: Set<PunchResult>;
  opened: OpenedGround | null;
  /** The peers that are being met, each with its recorder. */
  readonly meeting: Map<string, Recorder>;
  /** The peers that ask for this one and have not been given to the reader yet. */
  readonly asking: Set<string>;
  readonly incoming: Inbox<string>;
  /** The peers that are in the room, and have not been given to the reader yet. */
  readonly here: Set<string>;
  readonly present: Inbox<string>;
}

/**
 * Joins a room and stays there until it is disposed of, which ends every path that was opened in it. A server that is lost
 * is rejoined for as long as that takes. A network outcome, such as a server that cannot be reached, is told by `connect`.
 * @throws UsageError when an option cannot be used; the signal's reason when aborted.
 */
export async function openRoom(options: RoomOptions): Promise<PunchRoom> {
  const ended = new AbortController();
  const { signal } = options;
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  await using owner = createOwner();
  const state: State = {
    options: { ...options, signal: either },
    paths: new Set(),
    opened: null,
    meeting: new Map(),
    asking: new Set(),
    incoming: createInbox(),
    here: new Set(),
    present: createInbox(),
  };
  state.opened = await openGround({ ...state.options, ...listeners(state), joinWaitMs: PUNCH_WAIT_MS });
  if (state.opened.outcome === 'open') owner.use(state.opened.ground).room.enter();
  const kept = owner.move();
  kept.defer(() => disposeAll(state.paths));
  return {
    connect: (peer, how = {}) => connect(state, peer, how),
    incoming: incomingOf(state),
    present: presentOf(state),
    over: overOf(state),
    doubt: () => groundOf(state)?.room.doubt(),
    isElsewhere: async () => (await groundOf(state)?.isElsewhere()) ?? false,
    leave: async () => groundOf(state)?.leave(),
    [Symbol.asyncDispose]: async () => {
      ended.abort(new DOMException('the room has been left', 'AbortError'));
      await kept[Symbol.asyncDispose]();
    },
  };
}

function listeners(state: State) {
  const { id, onNotice = () => {}, onSeen = () => {} } = state.options;
  return {
    onSeen: (own: Endpoint): void => {
      onSeen(own);
      for (const [peer, recorder] of state.meeting) tellSeen(state, peer, recorder);
    },
    onIncoming: (peer: string): void => {
      const isKnown = peer === id || state.meeting.has(peer) || state.asking.has(peer);
      if (isKnown || state.asking.size >= ROOM_PEERS_MAX) return;
      state.asking.add(peer);
      state.incoming.put(peer);
    },
    onPresent: (peer: string): void => {
      if (peer === id || state.here.has(peer) || state.here.size >= ROOM_PEERS_MAX) return;
      state.here.add(peer);
      state.present.put(peer);
    },
    onNotice: (text: string): void => {
      onNotice(text);
      for (const recorder of state.meeting.values()) recorder.notice(text);
    },
  };
}

async function connect(state: State, peer: string, how: ConnectOptions): Promise<PunchResult> {
  const { opened, options } = state;
  const recorder = recorderOf({ id: options.id, peer, onEvent: how.onEvent });
  if (opened?.outcome !== 'open') {
    const reason = opened?.outcome ?? 'no-route';
    return notMet(recorder, reason, opened?.detail ?? explainNotMet(reason, namesOfServers(options)));
  }
  if (state.meeting.has(peer)) throw new UsageError(`${peer} is being connected to already`);
  const { waitMs = PUNCH_WAIT_MS } = how;
  const signal = how.signal ? AbortSignal.any([how.signal, ...signalOf(options)]) : options.signal;
  state.meeting.set(peer, recorder);
  state.asking.delete(peer);
  try {
    tellSeen(state, peer, recorder);
    const onAnew = (): void => listeners(state).onIncoming(peer);
    const met = await meetPeer(opened.ground, { peer, waitMs, mode: options.mode, signal, recorder, onAnew });
    // Other paths may go over the same sockets.
    const { giveUp, ...result } = met;
    return result.path ? keep(state, result) : result;
  } finally {
    state.meeting.delete(peer);
  }
}

/** Makes the room end the path, unless its holder ends it earlier. */
function keep({ paths }: State, result: PunchResult): PunchResult {
  const end = async (): Promise<void> => {
    paths.delete(kept);
    await result[Symbol.asyncDispose]();
  };
  const path = result.path && { ...result.path, [Symbol.asyncDispose]: end };
  const kept: PunchResult = { ...result, path, [Symbol.asyncDispose]: end };
  paths.add(kept);
  return kept;
}

function signalOf({ signal }: RoomOptions): readonly AbortSignal[] {
  return signal ? [signal] : [];
}

/** Tells the first step, once the server has seen this side. */
function tellSeen(state: State, peer: string, recorder: Recorder): void {
  const ground = groundOf(state);
  const seen = ground?.seen();
  if (!ground || !seen) return;
  if (recorder.seen({ local: ground.local, public: seen }) && !ground.isProven) {
    recorder.notice(explainUnproven({ peer, ...ground.unproven() }));
  }
}

function groundOf({ opened }: State): Ground | null {
  return opened?.outcome === 'open' ? opened.ground : null;
}

/** Resolves when nobody can be met any more; at once where the room was not opened. */
function overOf({ opened, options }: State): PunchRoom['over'] {
  if (opened?.outcome === 'open') return opened.ground.room.over;
  const reason = opened?.outcome ?? 'no-route';
  return Promise.resolve({ reason, detail: opened?.detail ?? explainNotMet(reason, namesOfServers(options)) });
}

/** Yields the id of each peer that is or comes in the room, until that ends. */
async function* presentOf({ present, here, options }: State): AsyncGenerator<string, void, undefined> {
  const { signal } = options;
  while (!signal?.aborted) {
    const peer = await present.next({ by: Number.POSITIVE_INFINITY, signal }).catch(() => null);
    if (peer !== null && here.delete(peer)) yield peer;
  }
}

/** Yields the id of a peer each time that it asks for this one and is not being connected to, until the room ends. */
async function* incomingOf({ incoming, asking, options }: State): AsyncGenerator<string, void, undefined> {
  const { signal } = options;
  while (!signal?.aborted) {
    const peer = await incoming.next({ by: Number.POSITIVE_INFINITY, signal }).catch(() => null);
    if (peer !== null && asking.delete(peer)) yield peer;
  }
}
