/** Opens a link: the room that is kept open, and the peers in it. */
import { randomBytes } from 'node:crypto';
import { createInbox, type Inbox } from '../../net/inbox.ts';
import { createOwner } from '../../net/owner.ts';
import { udxSockets } from '../../net/udx/udx-socket.ts';
import type { RoomOptions } from '../../punch/options.ts';
import type { CodeKeys } from '../code/keys.ts';
import type { Identity } from '../handshake/identity.ts';
import { INSTANCE_BYTES } from '../handshake/payload.ts';
import { requireTunnels } from '../libraries.ts';
import { createHub, type Hub } from './hub.ts';
import type { Link, LinkEnd, LinkEvent, LinkedTunnel, LinkOptions } from './link.ts';
import { keepRoom, type RoomFailure } from './room-keeper.ts';

interface State {
  readonly options: LinkOptions;
  readonly tunnels: Inbox<LinkedTunnel>;
  readonly closed: PromiseWithResolvers<LinkEnd>;
  /** Aborted when nobody will be connected to any more. */
  readonly ended: AbortController;
  hub: Hub | null;
}

/**
 * Opens a link.
 * @throws UsageError when an option cannot be used, or this platform lacks the libraries of tunnels; the signal's reason when
 * aborted meanwhile. Whatever fails later is told by `closed`.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const udx = await requireTunnels();
  const state: State = {
    options,
    ...{ tunnels: createInbox(), closed: Promise.withResolvers(), ended: new AbortController(), hub: null },
  };
  const { signal } = options.room;
  const abort = (): void => close(state, { reason: 'own-end' });
  await using owner = createOwner();
  owner.defer(abort);
  const keeper = owner.use(await keepRoom(wiringOf(state, { ...roomOf(options), openSocket: udxSockets(udx) })));
  const { keys, peers, waitMs, patienceMs } = options;
  const shared = { keeper, udx, identity: identityOf(keys), instance: randomBytes(INSTANCE_BYTES) };
  const hub = createHub({
    ...{ ...shared, peers, waitMs, patienceMs },
    onTunnel: state.tunnels.put,
    onEvent: (event) => tell(state, event),
    onEnd: (end) => close(state, end),
  });
  owner.use(hub);
  state.hub = hub;
  hub.start();
  signal?.addEventListener('abort', abort, { once: true });
  owner.defer(() => signal?.removeEventListener('abort', abort));
  const kept = owner.move();
  return { tunnels: tunnelsOf(state), closed: state.closed.promise, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

/** With a code, the room is that of the code, and its signals are sealed. */
function roomOf({ room, keys }: LinkOptions): RoomOptions {
  return keys ? { ...room, room: keys.room, seal: keys.seal } : room;
}

function identityOf(keys: CodeKeys | null): Identity {
  return keys ? { kind: 'code', psk: keys.psk, staticSeed: keys.staticSeed } : { kind: 'anyone' };
}

function wiringOf(state: State, room: RoomOptions) {
  const { signal } = room;
  return {
    room: { ...room, onNotice: (text: string) => tell(state, { kind: 'notice', text }) },
    signal: signal ? AbortSignal.any([signal, state.ended.signal]) : state.ended.signal,
    onReady: () => tell(state, { kind: 'ready' }),
    onPresent: (peer: string) => state.hub?.present(peer),
    onAsked: (peer: string) => state.hub?.asked(peer),
    onMoved: () => state.hub?.moved(),
    onDoubt: () => state.hub?.doubt(),
    onFailed: (failure: RoomFailure) => close(state, failure),
    onBroken: (error: unknown) => close(state, { reason: 'broken', error }),
  };
}

/** What a watcher throws ends the link, and nothing else. */
function tell(state: State, event: LinkEvent): void {
  if (state.ended.signal.aborted) return;
  try {
    state.options.onEvent?.(event);
  } catch (error) {
    close(state, { reason: 'broken', error });
  }
}

function close(state: State, end: LinkEnd): void {
  state.closed.resolve(end);
  state.ended.abort(new DOMException('the link has ended', 'AbortError'));
}

/** Yields each tunnel, until the link ends. */
async function* tunnelsOf({ tunnels, ended }: State): AsyncGenerator<LinkedTunnel, void, undefined> {
  for (;;) {
    const linked = await tunnels.next({ by: Number.POSITIVE_INFINITY, signal: ended.signal }).catch(() => null);
    if (linked === null) return;
    yield linked;
  }
}
