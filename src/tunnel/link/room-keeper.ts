/**
 * Keeps a room open for as long as a link lasts: another one takes its place when this host has moved to another address, or when
 * nobody can be met any more. A former room lasts as long as somebody holds it, since a path may still go over its sockets.
 */
import { createBackOff } from '../../net/back-off.ts';
import { now } from '../../net/driver.ts';
import { type NetworkChange, watchNetwork } from '../../net/host/network-watch.ts';
import { createOwner } from '../../net/owner.ts';
import { pause } from '../../net/waits.ts';
import { openRoom } from '../../punch/open-room.ts';
import type { PunchRoom, RoomOptions } from '../../punch/options.ts';
import type { PunchFailure } from '../../punch/report/report.ts';

/** The least times between two rooms; the last one repeats. They start over after a minute without another one. */
const REOPEN_GAPS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000] as const;
const REOPEN_SETTLED_MS = 60_000;

/** The room stays open until this is disposed of. */
export interface RoomHold extends AsyncDisposable {
  readonly room: PunchRoom;
}

export interface RoomKeeper extends AsyncDisposable {
  /** Returns the present room. */
  readonly hold: () => RoomHold;
  /** Has the room look anew where this side is. */
  readonly doubt: () => void;
}

export interface RoomKeeperOptions {
  readonly room: RoomOptions;
  /** Opens a room; left out, a real one. */
  readonly open?: (room: RoomOptions) => Promise<PunchRoom>;
  readonly signal: AbortSignal;
  readonly onReady: () => void;
  /** Called with a peer that is or comes in the room. */
  readonly onPresent: (peer: string) => void;
  /** Called with a peer that asks for this side. */
  readonly onAsked: (peer: string) => void;
  /** Called when another room has taken the place of the former one. */
  readonly onMoved: () => void;
  /** Called when this host has slept, or has got or lost an address that the room does not use. */
  readonly onDoubt: () => void;
  /** Called when the room has failed before the server has seen this side; nothing more is done then. */
  readonly onFailed: (failure: RoomFailure) => void;
  /** Called with an exception, which is a bug. */
  readonly onBroken: (error: unknown) => void;
}

export interface RoomFailure {
  readonly reason: PunchFailure;
  readonly detail: string | null;
}

interface Kept {
  readonly room: PunchRoom;
  holds: number;
  isFormer: boolean;
}

interface State {
  readonly options: RoomKeeperOptions;
  current: Kept;
  /** Whether the server has ever seen this side. */
  isReady: boolean;
  /** Whether another room is being opened. */
  isMoving: boolean;
  readonly nextMs: (now: number) => number;
  /** The former rooms that are being left, and what else is under way. */
  readonly pending: Set<Promise<void>>;
}

/** Opens the first room. @throws UsageError when an option cannot be used; the signal's reason when aborted. */
export async function keepRoom(given: RoomKeeperOptions): Promise<RoomKeeper> {
  const left = new AbortController();
  const signal = AbortSignal.any([given.signal, left.signal]);
  // A server that this host has moved away from holds the id for long, unless whoever comes proves to be the same.
  const options = { ...given, signal, room: { ...given.room, seat: { resumeKey: undefined } } };
  const seen = { isReady: false };
  const nextMs = createBackOff(REOPEN_GAPS_MS, REOPEN_SETTLED_MS).next;
  const first = await openOne(options, seen);
  const state: State = Object.assign(seen, {
    ...{ options, current: first, isMoving: false, nextMs, pending: new Set<Promise<void>>() },
  });
  follow(state, first);
  const watch = watchNetwork((change) => handleChange(state, change));
  return {
    hold: () => hold(state, state.current),
    doubt: () => state.current.room.doubt(),
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]();
      left.abort(new DOMException('the room is kept no longer', 'AbortError'));
      await using owner = createOwner();
      // Which room is the present one is known only when none is being opened any more.
      owner.defer(() => state.current.room[Symbol.asyncDispose]());
      owner.defer(() => Promise.all(state.pending));
    },
  };
}

async function openOne(
  { room, open = openRoom, signal, onReady }: RoomKeeperOptions,
  seen: { isReady: boolean },
): Promise<Kept> {
  const onSeen: RoomOptions['onSeen'] = (own) => {
    seen.isReady = true;
    room.onSeen?.(own);
    onReady();
  };
  return { room: await open({ ...room, signal, onSeen }), holds: 0, isFormer: false };
}

/** Passes on what happens in the room. */
function follow(state: State, kept: Kept): void {
  const { signal, onPresent, onAsked } = state.options;
  const onBroken = (error: unknown): void => {
    if (!signal.aborted) state.options.onBroken(error);
  };
  const each = async (peers: AsyncIterable<string>, take: (peer: string) => void): Promise<void> => {
    for await (const peer of peers) if (!kept.isFormer) take(peer);
  };
  Promise.all([each(kept.room.present, onPresent), each(kept.room.incoming, onAsked)]).catch(onBroken);
  kept.room.over.then((failure) => handleOver(state, kept, failure), onBroken);
}

function handleOver(state: State, kept: Kept, failure: RoomFailure): void {
  const { options, isReady } = state;
  if (kept !== state.current || options.signal.aborted) return;
  if (isReady && mayMove(options)) move(state);
  else options.onFailed(failure);
}

function handleChange(state: State, change: NetworkChange): void {
  const { options, current } = state;
  options.onDoubt();
  current.room.doubt();
  if (change === 'woke' || !mayMove(options)) return;
  current.room.isElsewhere().then((isElsewhere) => {
    if (isElsewhere && current === state.current) move(state);
  }, options.onBroken);
}

/** Another room by hand would need two other lines. */
function mayMove({ room }: RoomKeeperOptions): boolean {
  return room.meeting?.kind !== 'manual';
}

/** Opens another room in place of the present one, which it leaves first: both have the same id. */
function move(state: State): void {
  const { options, pending, current: former } = state;
  if (state.isMoving || options.signal.aborted) return;
  state.isMoving = true;
  const work = async (): Promise<void> => {
    try {
      await pause(state.nextMs(now()), options.signal);
      await former.room.leave();
      const next = await openOne(options, state);
      Object.assign(state, { current: next, isMoving: false });
      former.isFormer = true;
      retireIfFree(state, former);
      follow(state, next);
      options.onMoved();
    } catch (error) {
      if (!options.signal.aborted) options.onBroken(error);
    }
  };
  track(pending, work());
}

function hold(state: State, kept: Kept): RoomHold {
  kept.holds++;
  let isReleased = false;
  return {
    room: kept.room,
    [Symbol.asyncDispose]: async () => {
      if (isReleased) return;
      isReleased = true;
      kept.holds--;
      retireIfFree(state, kept);
    },
  };
}

function retireIfFree({ pending, options }: State, kept: Kept): void {
  if (!kept.isFormer || kept.holds > 0) return;
  track(pending, Promise.resolve(kept.room[Symbol.asyncDispose]()).catch(options.onBroken));
}

function track(pending: Set<Promise<void>>, work: Promise<void>): void {
  const tracked = work.finally(() => pending.delete(tracked));
  pending.add(tracked);
}
