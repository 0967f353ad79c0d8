/**
 * The search for a relay. It begins with each join, since a server that was restarted has lost every allocation and takes no
 * credentials that it gave before; a relay from before the join is kept if its server confirms it. A relay that is lost is
 * replaced when one is wanted next, and one that nobody uses as soon as others are named.
 */
import { now } from '../../net/driver.ts';
import { shareSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import { pause } from '../../net/waits.ts';
import { describeTurnFailure } from '../../turn/event.ts';
import { tellRelay } from './late.ts';
import type { OwnRelay, State } from './state.ts';
import type { TurnServerChoice } from './turn-choice.ts';

/** The least times between two searches, however often a relay or the rendezvous is lost. */
export const SEARCH_GAPS_MS = [0, 500, 2_000, 10_000, 30_000] as const;
export const SEARCH_SETTLED_MS = 60_000;

/** Makes sure of a relay, with these servers and credentials from now on. */
export function seekRelay(state: State, servers: readonly TurnServerChoice[]): void {
  if (state.options.mode === 'direct-only') return;
  state.servers = servers;
  state.search.abort();
  state.search = new AbortController();
  const { relay } = state;
  // Other peers are not to be told of a relay that is going down, or that knows this side no more.
  const isReplaced = servers.length > 0 && !servers.some(({ urls }) => relay && urls.includes(relay.url));
  if (relay && isReplaced && state.relayUsers.size === 0) lose(state, relay, 'its server is named no more');
  follow(state, state.relay ? proveOrSearch(state, state.relay) : search(state));
}

/** Asks the server of the relay whether it still has it, which also keeps the NAT's mapping toward that server. */
export function proveRelay(state: State): void {
  if (state.relay && !state.seeking) follow(state, proveOrSearch(state, state.relay));
}

/** How long a relay in doubt may take to answer: its client has sent at 0, 200 and 600 ms by then. */
const DOUBT_PATIENCE_MS = 1_200;

/** Replaces the relay unless it shows soon that it is still there, whoever uses it: nothing has been heard through it. */
export function doubtRelay(state: State): void {
  const { relay } = state;
  if (!relay || state.isDoubted) return;
  state.isDoubted = true;
  state.search.abort();
  state.search = new AbortController();
  follow(state, replaceIfSilent(state, relay));
}

async function replaceIfSilent(state: State, relay: OwnRelay): Promise<void> {
  const { signal } = state.search;
  const late = new AbortController();
  try {
    const proof = await Promise.race([
      relay.socket.prove(),
      pause(DOUBT_PATIENCE_MS, late.signal).then(
        () => 'silent' as const,
        () => 'silent' as const,
      ),
    ]);
    if (proof === 'silent') lose(state, relay, 'the server does not answer');
  } finally {
    late.abort();
    state.isDoubted = false;
  }
  if (state.isLost && !signal.aborted) await search(state);
}

/** Resolves when there is a relay, when there will be none, or when the search takes too long. */
export async function relayed(state: State, patienceMs: number): Promise<RelaySocket | null> {
  const late = new AbortController();
  const patience = pause(patienceMs, late.signal).catch(() => {});
  try {
    await Promise.race([settled(state), patience]);
    return state.relay?.socket ?? null;
  } finally {
    late.abort();
  }
}

/** Resolves when nothing is being done about the relay any more; one that was lost is replaced first. */
export async function settled(state: State): Promise<void> {
  if (state.isLost && !state.seeking) follow(state, search(state));
  while (state.seeking) await state.seeking;
}

/** Gives back what there is, and what may come yet. */
export async function endRelay(state: State): Promise<void> {
  state.search.abort();
  await state.seeking?.catch(() => {});
  const { relay } = state;
  state.relay = null;
  if (relay) release(state, relay);
  await Promise.all(state.releases);
}

/** An error stays where whoever waits for the relay finds it. What it replaces may still have something to give back. */
function follow(state: State, work: Promise<void>): void {
  const tracked = work.then(() => {
    if (state.seeking === tracked) state.seeking = null;
  });
  tracked.catch(() => {});
  const { seeking: former, releases } = state;
  if (former) {
    const over = former.catch(() => {}).then(() => void releases.delete(over));
    releases.add(over);
  }
  state.seeking = tracked;
}

/** @throws what the search throws, unless it was ended. */
async function search(state: State): Promise<void> {
  const { options, servers, search: ended } = state;
  const { signal } = ended;
  try {
    const waitMs = state.nextSearchMs(now());
    if (waitMs > 0) await pause(waitMs, signal);
    const result = await options.openRelay(servers, signal);
    if (result.outcome === 'failed') {
      state.details = result.details;
      if (servers.length > 0) options.onNotice(`no relay: ${result.details.join('; ')}`);
      return;
    }
    const relay = { socket: result.relay, shared: shareSocket(result.relay), url: result.url };
    if (signal.aborted) release(state, relay);
    else take(state, relay);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function take(state: State, relay: OwnRelay): void {
  Object.assign(state, { relay, isLost: false });
  relay.socket.onLost((failure) => lose(state, relay, describeTurnFailure(failure)));
  if (!state.relay) return;
  tellRelay(state);
  state.onChanged();
}

async function proveOrSearch(state: State, relay: OwnRelay): Promise<void> {
  const { signal } = state.search;
  const proof = await relay.socket.prove();
  // A path that goes through it finds out by itself; nobody else has a use for a relay that says nothing.
  if (proof === 'silent' && state.relayUsers.size === 0) lose(state, relay, 'the server does not answer');
  if (state.isLost && !signal.aborted) await search(state);
}

function lose(state: State, relay: OwnRelay, reason: string): void {
  if (state.relay !== relay) return;
  // From now on no peer is told about it.
  Object.assign(state, { relay: null, isLost: true });
  for (const lost of state.relayUsers) lost();
  state.options.onNotice(`the relay is lost: ${reason}`);
  release(state, relay);
  state.onChanged();
}

/** Closes it in a turn of its own, since its client may be what is calling. */
function release(state: State, { socket }: OwnRelay): void {
  const released = Promise.resolve().then(() => socket[Symbol.asyncDispose]());
  state.releases.add(released);
  // An error stays, for whoever disposes of the reachability.
  released.then(
    () => state.releases.delete(released),
    () => {},
  );
}
