/** Whom a link connects to: everyone who asks, the first one who is there, or one by its id. Each has a link of its own. */
import { now } from '../../net/driver.ts';
import { createOwner, disposeAll } from '../../net/owner.ts';
import { pause } from '../../net/waits.ts';
import { ROOM_PEERS_MAX } from '../../rendezvous/protocol/bounds.ts';
import type { LinkEnd, LinkedPeers, LinkedTunnel } from './link.ts';
import { createPeerLink, type PeerEnd, type PeerLink, type PeerLinkOptions, type PeerTunnel } from './peer-link.ts';
import { type Asking, tellUnanswered } from './unanswered.ts';

/** How many are tried at once where the first one who is there is wanted. */
const CANDIDATES_MAX = 8;

/** How long somebody who has asked, or has come into the room, is met: whoever is still there asks again. */
const COMER_WAIT_MS = 20_000;

/** How many who ask for this side, and are not wanted, are told: anybody in the room can ask under any number of ids. */
const STRANGERS_TOLD_MAX = 5;

export interface HubOptions extends Omit<PeerLinkOptions, 'peer' | 'onTunnel' | 'onEnd'> {
  readonly peers: LinkedPeers;
  readonly onTunnel: (linked: LinkedTunnel) => void;
  /** Called when nobody will be connected to any more. */
  readonly onEnd: (end: LinkEnd) => void;
}

export interface Hub extends AsyncDisposable {
  readonly start: () => void;
  /** That peer is in the room. */
  readonly present: (peer: string) => void;
  /** That peer asks for this side. */
  readonly asked: (peer: string) => void;
  readonly moved: () => void;
  readonly doubt: () => void;
}

interface State extends Asking {
  readonly options: HubOptions;
  readonly links: Map<string, PeerLink>;
  readonly startedAt: number;
  /** How the last one who was tried has ended, while somebody else is waited for. */
  lastEnd: Exclude<PeerEnd, { readonly kind: 'broken' }> | null;
  /** Whether its tunnel is used. */
  isSettled: boolean;
  /** Who else was there when it was chosen, or has asked for this side since then. */
  readonly rivals: Set<string>;
  /** The ids that are not wanted, as far as they were told. */
  readonly strangers: Set<string>;
  /** The links that are ending: a room meets one peer once at a time. */
  readonly ending: Map<string, Promise<void>>;
}

export function createHub(options: HubOptions): Hub {
  const state: State = {
    options,
    ...{
      links: new Map(),
      startedAt: now(),
      lastEnd: null,
      chosen: null,
      isSettled: false,
      isToldUnanswered: false,
      rivals: new Set(),
      strangers: new Set(),
      ending: new Map(),
      over: new AbortController(),
    },
  };
  const all = (kind: 'moved' | 'doubt') => (): void => {
    for (const link of state.links.values()) link.tell({ kind });
  };
  return {
    start: () => start(state),
    present: (peer) => present(state, peer),
    asked: (peer) => asked(state, peer),
    moved: all('moved'),
    doubt: all('doubt'),
    [Symbol.asyncDispose]: async () => {
      state.over.abort();
      await using owner = createOwner();
      owner.defer(() => Promise.all(state.ending.values()));
      owner.defer(() => disposeAll(state.links.values()));
    },
  };
}

function start(state: State): void {
  const { peers, waitMs } = state.options;
  if (peers.kind === 'one') connect(state, peers.id);
  if (peers.kind === 'first' && waitMs !== Number.POSITIVE_INFINITY) void giveUpAfter(state, waitMs);
}

/** Ends the wait for somebody, unless somebody was connected to. */
async function giveUpAfter(state: State, waitMs: number): Promise<void> {
  const { signal } = state.over;
  await pause(waitMs, signal).catch(() => {});
  // Whoever is being met has a wait of its own, and says more.
  if (signal.aborted || state.chosen !== null || state.links.size > 0) return;
  const waited = `${state.options.waitMs / 1000} s of waiting`;
  const detail = `nobody else came into the room in the ${waited}: is the code the same on both sides?`;
  state.options.onEnd(state.lastEnd ? endOf(state.lastEnd) : { reason: 'no-peer', detail });
}

function present(state: State, peer: string): void {
  const { peers } = state.options;
  const isWanted = peers.kind === 'first' ? state.chosen === null : state.links.has(peer);
  if (isWanted && peers.kind !== 'everyone') connect(state, peer);
}

function asked(state: State, peer: string): void {
  const { peers } = state.options;
  const known = state.links.get(peer);
  if (known) known.tell({ kind: 'asked' });
  else if (peers.kind === 'everyone' || (peers.kind === 'first' && state.chosen === null)) connect(state, peer);
  else noteStranger(state, peer);
}

function noteStranger({ strangers, rivals, options }: State, peer: string): void {
  if (options.peers.kind === 'first' && rivals.size < ROOM_PEERS_MAX) rivals.add(peer);
  if (strangers.size >= STRANGERS_TOLD_MAX || strangers.has(peer)) return;
  strangers.add(peer);
  options.onEvent({ kind: 'stranger', peer });
}

function connect(state: State, peer: string): void {
  const { links } = state;
  if (state.over.signal.aborted) return;
  const former = state.ending.get(peer);
  if (former) {
    void former.then(() => connect(state, peer));
    return;
  }
  if (!links.has(peer)) {
    if (!makeRoom(state)) return;
    links.set(peer, linkTo(state, peer));
  }
  links.get(peer)?.tell({ kind: 'want' });
}

/** Whoever has waited longest for a path gives way to somebody new. Returns false when all have one. */
function makeRoom(state: State): boolean {
  const { options, links } = state;
  if (links.size < (options.peers.kind === 'everyone' ? ROOM_PEERS_MAX : CANDIDATES_MAX)) return true;
  const oldest = [...links].find(([, link]) => !link.isConnected());
  if (oldest) retire(state, ...oldest);
  return oldest !== undefined;
}

function linkTo(state: State, peer: string): PeerLink {
  const { options, startedAt } = state;
  const { peers, waitMs } = options;
  const leftMs = peers.kind === 'first' ? Math.max(1_000, startedAt + waitMs - now()) : waitMs;
  const link: PeerLink = createPeerLink({
    ...{ ...options, peer, waitMs: peers.kind === 'one' ? leftMs : Math.min(leftMs, COMER_WAIT_MS) },
    onEvent: (event) => {
      options.onEvent(event);
      if (event.kind === 'connecting' && peers.kind === 'first') void tellUnanswered(state);
    },
    onTunnel: (linked) => take(state, linked),
    onEnd: (end) => drop(state, { peer, link, end }),
  });
  return link;
}

/** Takes a tunnel; where only one is wanted, all other attempts end. */
function take(state: State, linked: PeerTunnel): void {
  const { options, links } = state;
  if (options.peers.kind === 'first' && state.chosen !== linked.peer) {
    state.chosen = linked.peer;
    for (const [peer, link] of links) {
      if (peer === linked.peer) continue;
      state.rivals.add(peer);
      retire(state, peer, link);
    }
  }
  const settle = (): void => {
    state.isSettled = true;
  };
  options.onTunnel({ ...linked, settle });
}

/** A link has ended by itself. */
function drop(
  state: State,
  { peer, link, end }: { readonly peer: string; readonly link: PeerLink; readonly end: PeerEnd },
): void {
  const { peers, onEnd } = state.options;
  retire(state, peer, link);
  if (end.kind === 'broken') onEnd({ reason: 'broken', error: end.error });
  else if (peers.kind === 'one' && end.kind === 'ended') connect(state, peer);
  else if (state.chosen === peer && !state.isSettled && end.kind === 'ended') chooseAnew(state, peer);
  else if (peers.kind === 'everyone' || mayAnotherCome(state, end)) noteEnd(state, peer, end);
  else onEnd(endOf(end));
}

/** Whoever was chosen has chosen somebody else: all who were there are asked once more. */
function chooseAnew(state: State, peer: string): void {
  const { rivals, options, startedAt } = state;
  state.chosen = null;
  const leftMs = startedAt + options.waitMs - now();
  if (options.waitMs !== Number.POSITIVE_INFINITY) void giveUpAfter(state, Math.max(0, leftMs));
  for (const id of new Set([peer, ...rivals])) connect(state, id);
  rivals.clear();
}

/**
 * Whether somebody else is waited for, now that a link has ended. Who was met with the code and cannot be talked to, because of
 * its version, is the one who was waited for.
 */
function mayAnotherCome({ options, chosen, startedAt, links }: State, end: PeerEnd): boolean {
  if (options.peers.kind !== 'first' || chosen !== null || now() >= startedAt + options.waitMs) return false;
  return links.size > 0 || end.kind !== 'given-up' || end.reason !== 'not-authenticated';
}

/** Tells why somebody is given up where that does not end the link. */
function noteEnd(state: State, peer: string, end: Exclude<PeerEnd, { readonly kind: 'broken' }>): void {
  state.lastEnd = end;
  if (end.kind !== 'given-up') return;
  const { reason, detail } = end;
  state.options.onEvent({ kind: 'attempt-failed', peer, reason, detail, retryInMs: null });
}

function endOf(end: Exclude<PeerEnd, { readonly kind: 'broken' }>): LinkEnd {
  if (end.kind === 'ended') return { reason: 'peer-left', detail: 'the peer has closed the connection' };
  const { reason, detail } = end;
  if (reason === 'not-authenticated') return { reason, detail };
  return { reason: reason === 'abandoned' ? 'no-path' : reason, detail };
}

function retire({ links, ending }: State, peer: string, link: PeerLink): void {
  if (links.get(peer) === link) links.delete(peer);
  const ended = Promise.resolve(link[Symbol.asyncDispose]()).then(
    () => void ending.delete(peer),
    () => void ending.delete(peer),
  );
  ending.set(peer, ended);
}
