/** The rules for a datagram from the partner's endpoint: who may be believed, and what follows. */
import type { Rate } from '../../limit/bucket.ts';
import type { PartnerRefusal } from './counts.ts';
import { sayHello } from './hello.ts';
import { decodeMessage, type PartnerMessage } from './message.ts';
import { takeCarry } from './pages/borrow.ts';
import { lease, takeTransmit } from './pages/lend.ts';
import { type Epoch, keyOf, readHeader, type SealedHeader, unseal } from './seal.ts';
import type { Standing } from './standing.ts';
import { isHeard, newPeer, type State, say, takeToken } from './state.ts';

/**
 * How often a hello is answered with one of our own. A new process of the partner is worth it; but recorded hellos of
 * earlier ones open as well, and are not to make this server send without bound.
 */
const ASKS_BACK: Rate = { burst: 16, intervalMs: 100 };

/**
 * How many datagrams of processes that are not known are opened. Each costs a key, five times what a reply to a client
 * costs, and forged ones are not to take the time of the clients.
 */
export const UNKNOWN_PER_SECOND = 1_000;
export const UNKNOWN: Rate = { burst: UNKNOWN_PER_SECOND, intervalMs: 1_000 / UNKNOWN_PER_SECOND };

/** What was sealed with our secret, by one process of the partner. */
interface Opened {
  readonly header: SealedHeader;
  readonly message: PartnerMessage;
  /** Whether that process has answered us, and is the newest one that has. */
  readonly isKnown: boolean;
}

type Hello = Extract<PartnerMessage, { readonly kind: 'hello' }>;
type Answer = Extract<PartnerMessage, { readonly kind: 'answer' }>;
/** Why it was not acted on; null when it was. */
type Verdict = PartnerRefusal | null;

export function receive(state: State, datagram: Uint8Array): void {
  const opened = open(state, datagram);
  const refusal = typeof opened === 'string' ? opened : obey(state, opened);
  if (refusal !== null) state.counts.refused[refusal]++;
  else if (typeof opened !== 'string') state.counts.taken[opened.message.kind]++;
}

function open(state: State, datagram: Uint8Array): Opened | PartnerRefusal {
  const header = readHeader(datagram);
  if (header === 'other-version') doubt(state, 'other-version');
  if (typeof header === 'string') return header;
  if (header.from === state.epoch) return 'reflected';
  const known = header.from === state.peer?.epoch ? state.peer : null;
  if (known && !known.window.isNew(header.counter)) return 'replayed';
  if (!known && !takeToken(state, 'unknownMs', UNKNOWN)) return 'too-many-unknown';
  const inner = unseal(known?.key ?? keyOf(state.secret, header.from), datagram);
  if (!inner) {
    doubt(state, 'other-secret');
    return 'unsealed';
  }
  known?.window.add(header.counter);
  const message = decodeMessage(inner, state.family);
  return message ? { header, message, isKnown: known !== null } : 'malformed';
}

function doubt(state: State, standing: Standing): void {
  state.doubt = { standing, atMs: state.nowMs };
}

function obey(state: State, { header, message, isKnown }: Opened): Verdict {
  switch (message.kind) {
    case 'hello':
      return takeHello(state, { from: header.from, message, isKnown });
    case 'answer':
      return takeAnswer(state, header, message);
    case 'bye':
      return refusalOf(state, header, isKnown) ?? takeBye(state);
    case 'hand-over':
    case 'fragments':
    case 'carry':
    case 'transmit': {
      const refusal = refusalOf(state, header, isKnown);
      if (refusal) return refusal;
      // What lay in a queue while this process was stopped, or was held back on its way, is answered no more.
      return isHeard(state) ? serve(state, message) : 'not-heard';
    }
  }
}

type Request = Extract<PartnerMessage, { readonly kind: 'hand-over' | 'fragments' | 'carry' | 'transmit' }>;

function serve(state: State, message: Request): Verdict {
  switch (message.kind) {
    case 'hand-over':
      state.outputs.push({ kind: 'reply', handOver: message.handOver });
      return null;
    case 'fragments':
      lease(state, message.fragments);
      return null;
    case 'carry':
      return takeCarry(state, message.carry);
    case 'transmit':
      return takeTransmit(state, message.transmit);
  }
}

/** What is said from one process to another counts between these two only. */
function refusalOf({ epoch }: State, { to }: SealedHeader, isKnown: boolean): Verdict {
  if (!isKnown) return 'unknown-epoch';
  return to === epoch ? null : 'other-epoch';
}

/** It is heard no more, whichever of its answers are still on their way. */
function takeBye({ peer, asked }: State): Verdict {
  if (peer) peer.answeredMs = Number.NEGATIVE_INFINITY;
  asked.clear();
  return null;
}

/** Answers it. A process that is not known may be a new one, and one that did not hear us may do so now: it is asked at once. */
function takeHello(
  state: State,
  {
    from,
    message: { challenge },
    isKnown,
  }: { readonly from: Epoch; readonly message: Hello; readonly isKnown: boolean },
): Verdict {
  const asksBack = (!isKnown || !state.peer?.hears) && takeToken(state, 'asksBackMs', ASKS_BACK);
  if (!isKnown && !asksBack) return 'too-many-hellos';
  const hears = isKnown && isHeard(state);
  say(state, from, { kind: 'answer', challenge, ports: state.ports, hears });
  if (asksBack) sayHello(state);
  return null;
}

/** Whoever gives a challenge back that was drawn here lives now, whatever was recorded of its earlier processes. */
function takeAnswer(state: State, { from, to, counter }: SealedHeader, { challenge, ports, hears }: Answer): Verdict {
  const { peer, asked } = state;
  if (to !== state.epoch) return 'other-epoch';
  const askedMs = asked.get(challenge);
  const isKnown = from === peer?.epoch;
  // An answer that a process gave before its successor answered a later hello comes too late to bring it back.
  if (askedMs === undefined || (peer && !isKnown && askedMs <= peer.answeredMs)) return 'late-answer';
  asked.delete(challenge);
  if (isKnown) {
    if (askedMs >= peer.answeredMs) Object.assign(peer, { answeredMs: askedMs, ports, hears });
    return null;
  }
  state.peer = newPeer(state, from, { answeredMs: askedMs, ports, hears });
  state.peer.window.add(counter);
  // Its answer to this one tells whether it hears us.
  sayHello(state);
  return null;
}
