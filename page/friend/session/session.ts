/** One meeting with one friend: from the moment at which both are in the room to a path that is measured, or to why there is none. */
import type { Candidate } from '../../../src/ice/candidates/candidate.ts';
import type { Role } from '../../../src/rendezvous/protocol/fields.ts';
import { type PathNews, usePath } from '../measure/path-use.ts';
import { createSignalReader, type FriendSignal, type Network } from '../meet/signal.ts';
import { openConnection } from '../path/connection.ts';
import { judgeCandidate } from '../path/remote-candidates.ts';
import { createSteps } from '../path/steps.ts';
import type { FriendReport } from '../report.ts';
import { SIDES, TEXT } from '../text.ts';
import { fail, report, settle } from './outcome.ts';
import { close, look, type SessionNews, type SideState, type State } from './state.ts';

/** How often the browser is asked what has passed, while there is no path. */
const LOOK_MS = 50;
/** How long the two browsers are given. Chromium gives up by itself after half of that. */
const PATIENCE_MS = 30_000;

export interface SessionOptions {
  readonly iceServers: RTCIceServer[];
  readonly role: Role;
  /** What this browser's NAT does; null while that is not known. */
  readonly network: Network | null;
}

export interface Session {
  readonly hear: (data: string) => void;
  /** This browser's network is known, or known better. */
  readonly learn: (network: Network) => void;
  /** Returns whether the line was sent. */
  readonly chat: (text: string) => boolean;
  readonly transfer: () => void;
  readonly isOpen: () => boolean;
  /** Closes everything, and tells nothing any more. */
  readonly close: () => void;
}

/** @throws Error where the browser has no WebRTC, or forbids it. */
export function openSession(options: SessionOptions, news: SessionNews): Session {
  const state = createState(options, news);
  watch(state);
  if (options.network) news.onSignal(options.network);
  const read = createSignalReader();
  return {
    hear: (data) => {
      const signal = state.phase === 'over' ? null : read(data);
      if (signal) obey(state, signal);
    },
    learn: (network) => {
      state.own.network = network;
      if (state.phase !== 'over') news.onSignal(network);
    },
    chat: (text) => state.use.chat(text),
    transfer: () => state.use.transfer(),
    isOpen: () => state.phase === 'open',
    close: () => close(state),
  };
}

function createState({ iceServers, role, network }: SessionOptions, news: SessionNews): State {
  const startedAt = performance.now();
  const connection = openConnection(
    { iceServers, role },
    {
      onSignal: (signal) => {
        if (signal.type === 'candidate') note(state.own, signal.candidate, state.steps.gathered);
        news.onSignal(signal);
      },
      onOpen: () => void settle(state),
      onFailed: () => fail(state),
    },
  );
  const state: State = {
    ...{ role, news, own: { network, candidates: [] }, peer: { network: null, candidates: [] } },
    ...{ phase: 'connecting', isHeard: false, report: null, ended: new AbortController(), connection },
    // It hears from the start: the friend's side may be open first.
    use: usePath(
      connection.channels,
      pathNews(news, (known) => report(state, known)),
      {
        givesWay: role === 'controlled',
      },
    ),
    steps: createSteps(
      { sides: SIDES, hidden: TEXT.hidden },
      { elapsed: () => performance.now() - startedAt, onStep: news.onStep },
    ),
  };
  return state;
}

function pathNews(
  { onChat, onFlood, onPhase }: SessionNews,
  tell: (known: Pick<FriendReport, 'throughput'>) => void,
): PathNews {
  return {
    onChat,
    onFlood,
    onTransfer: (news) => (news.is === 'done' ? tell({ throughput: news.throughput }) : onPhase(news.is)),
  };
}

/** Looks what passes until there is a path; gives up when the time is over. */
function watch(state: State): void {
  const looking = setInterval(() => {
    if (state.phase === 'connecting') void look(state);
    else clearInterval(looking);
  }, LOOK_MS);
  const patience = setTimeout(() => {
    if (state.phase === 'connecting') fail(state);
  }, PATIENCE_MS);
  state.ended.signal.addEventListener('abort', () => {
    clearInterval(looking);
    clearTimeout(patience);
  });
}

function obey(state: State, signal: FriendSignal): void {
  const { peer, steps, connection } = state;
  switch (signal.type) {
    case 'description':
      // What the browser does not take is of no use, whoever has made it.
      connection.describe(signal).catch(() => fail(state));
      break;
    case 'network':
      peer.network = signal;
      break;
    case 'candidate':
      // One that comes to nothing leaves the others.
      if (note(peer, signal.candidate, steps.heard)) connection.addCandidate(signal.candidate).catch(() => {});
      break;
  }
}

/** Notes the candidate of a side, and returns whether a browser may be given it. */
function note(side: SideState, line: string, tell: (candidate: Candidate) => void): boolean {
  const judged = judgeCandidate(line);
  if (judged.kind === 'refuse') return false;
  if (judged.candidate) {
    side.candidates.push(judged.candidate);
    tell(judged.candidate);
  }
  return true;
}
