/** A room of the rendezvous on real sockets: the introductions (rendezvous/introduction), and what they want done. */
import { startMachine } from '../../net/machine.ts';
import { unlessAborted } from '../../net/waits.ts';
import { createIntroductions } from '../../rendezvous/introduction/introductions.ts';
import { obey } from './obey.ts';
import type { Met, RoomInput, RoomOutput, RoomWiring, State, ToldAgent } from './state.ts';

/** Disposing of it leaves the room. */
export interface Room extends AsyncDisposable {
  /** Joins the room, if that has not begun yet. */
  readonly enter: () => void;
  /**
   * Waits for the next introduction to that peer, one at a time.
   * @throws the signal's reason when aborted, and an AbortError when the room is left, after both of which the peer is no
   * longer wanted; what a callback has thrown.
   */
  readonly introduce: (
    peer: string,
    options: { readonly waitMs: number; readonly signal?: AbortSignal | undefined },
  ) => Promise<Met>;
  /** Nothing of the peer is of interest any more, unless it has been wanted again since that introduction. */
  readonly leaveOff: (introduced: Extract<Met, { readonly kind: 'introduced' }>) => void;
  /** To be called when nothing is heard any more: shows the sockets anew before peers are asked for, and looks after the relay. */
  readonly doubt: () => void;
  /** Resolves when nobody can be met in the room any more, with the reason. */
  readonly over: Promise<RoomOver>;
  /** Relays a line to a peer that was introduced; it is lost when the rendezvous is. */
  readonly signal: (peer: string, data: string) => void;
  /** Rejects with what a callback has thrown, after which the room meets nobody any more. Never resolves. */
  readonly broken: Promise<never>;
  /** Whether everybody on the way to the server can read the messages: over ws, unless the server is on this host. */
  readonly isOverheard: () => boolean;
}

/** Why nobody can be met in a room any more. */
export type RoomOver = Extract<Met, { readonly kind: 'failed' }>;

/** Creates the room. The reachability still belongs to the caller. */
export function createRoom(options: RoomWiring): Room {
  const state = createState(options);
  const { machine, connection } = state;
  const changed = (): void => machine.tell({ kind: 'changed' });
  options.behavior?.onChanged(changed);
  options.reachability.onChanged(changed);
  const broken = Promise.race([machine.broken, state.failed.promise]);
  // Whoever awaits it is told; there may be nobody who does.
  broken.catch(() => {});
  return {
    introduce: (peer, wanted) => introduce(state, peer, { ...wanted, broken }),
    enter: () => machine.tell({ kind: 'timeout' }),
    leaveOff: (introduced) => leaveOff(state, introduced),
    doubt: () => {
      options.reachability.doubt();
      machine.tell({ kind: 'doubt' });
    },
    over: state.isOver.promise,
    signal: (peer, data) => machine.tell({ kind: 'signal', peer, data }),
    broken,
    isOverheard: connection.isOverheard,
    [Symbol.asyncDispose]: () => leave(state),
  };
}

function createState(options: RoomWiring): State {
  const left = new AbortController();
  const introductions = createIntroductions<ToldAgent>(options);
  const state: State = {
    options,
    left,
    connection: options.connection(left.signal),
    machine: startMachine<RoomInput, RoomOutput>({ machine: introductions, obey: (output) => obey(state, output) }),
    waiting: new Map(),
    news: new Map(),
    failed: Promise.withResolvers<never>(),
    over: null,
    isOver: Promise.withResolvers(),
    binding: new AbortController(),
    secondBinding: new AbortController(),
  };
  return state;
}

async function leave({ machine, left, connection }: State): Promise<void> {
  machine[Symbol.dispose]();
  left.abort(new DOMException('the room has been left', 'AbortError'));
  await connection[Symbol.asyncDispose]();
}

function leaveOff(state: State, { introduction: { peer }, news }: Extract<Met, { readonly kind: 'introduced' }>): void {
  if (state.news.get(peer) === news) forget(state, peer);
}

async function introduce(
  state: State,
  peer: string,
  wanted: {
    readonly waitMs: number;
    readonly signal?: AbortSignal | undefined;
    readonly broken: Promise<never>;
  },
): Promise<Met> {
  const { waiting, news, machine, left, over } = state;
  const { waitMs, signal, broken } = wanted;
  signal?.throwIfAborted();
  if (over) return over;
  const { promise, resolve } = Promise.withResolvers<Met>();
  news.delete(peer);
  waiting.set(peer, resolve);
  try {
    machine.tell({ kind: 'want', peer, waitMs });
    const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
    return await unlessAborted(Promise.race([promise, broken]), either);
  } catch (error) {
    forget(state, peer);
    throw error;
  } finally {
    waiting.delete(peer);
  }
}

function forget({ waiting, news, machine }: State, peer: string): void {
  news.delete(peer);
  waiting.delete(peer);
  machine.tell({ kind: 'forget', peer });
}
