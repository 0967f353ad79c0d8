/** The rules of being in the room: joining it, and rejoining when the server or the way to it was lost. */
import type { ServerMessageOf } from '../protocol/server-message.ts';
import { fail, giveUp } from './failing.ts';
import { ticketOf } from './held-ticket.ts';
import type { IntroductionInput, NotJoined, ServerPlace, ServerSign } from './output.ts';
import { notePresence } from './presence.ts';
import { renewSecond, secondSocketOf } from './second-socket.ts';
import { type State, type Told, waiting } from './state.ts';

/** A connection that has lasted this long counts as a success: after it the pauses start over. */
const SETTLED_MS = 10_000;
/** The pauses before each attempt to come back; the last one repeats. The first two attempts fall within the time that the id is kept. */
const BACK_AFTER_MS = [100, 400, 1_000, 2_000] as const;
/** A server of which nothing was ever seen is not waited for, but it may be starting just now. */
const ABSENT_PATIENCE_MS = 2_000;
/** The least time between two joins while the server refuses them, however short a wait it asks for. */
const RETRY_MIN_MS = 1_000;

export function startJoin<T extends Told>(state: State<T>, by: number): void {
  state.phase = { kind: 'joining', by };
  state.outputs.push({ kind: 'join', resumeKey: state.resumeKey });
}

export function joined<T extends Told>(
  now: number,
  state: State<T>,
  input: Extract<IntroductionInput<T>, { readonly kind: 'joined' }>,
): void {
  const { joined: message, address } = input;
  const { resumeKey, ticket, stun, turn = [] } = message;
  if (state.resumeKey !== undefined) state.outputs.push({ kind: 'notice', text: 'reconnected to the rendezvous' });
  notePresence(state.presence, message);
  state.resumeKey = resumeKey;
  state.firstPlace ??= stun;
  state.joinedAt = now;
  state.phase = {
    kind: 'joined',
    altPort: stun.altPort,
    place: stun,
    hasMoved: !isSamePlace(state.firstPlace, stun),
    ticket: ticketOf(now, ticket, state.gapMs),
    hasBound: false,
    anywayAt: Number.POSITIVE_INFINITY,
  };
  state.bindAt = Number.NEGATIVE_INFINITY;
  state.second = secondSocketOf(now, state, input);
  // What is being gathered is of the time before, and may have been cut by what ended the last connection.
  state.gathering = null;
  for (const peer of waiting(state)) Object.assign(peer, { phase: 'wanted', isAsked: false });
  for (const peer of state.presence.here) state.outputs.push({ kind: 'present', peer });
  const addresses = [address, ...(stun.addresses ?? [])];
  state.outputs.push({ kind: 'stun', addresses, altPort: stun.altPort, servers: stun.others ?? [] });
  state.serverAddress = address;
  state.outputs.push({ kind: 'turn', servers: turn, address });
}

/** Whether these are of one server; of many behind one name, each has addresses or ports of its own. */
function isSamePlace(one: ServerPlace, other: ServerPlace): boolean {
  const nameOf = ({ port, addresses = [] }: ServerPlace): string => [port, ...addresses].join(' ');
  return nameOf(one) === nameOf(other);
}

/**
 * Handles a join that failed. Before the first success it is tried again, until the time to wait is over, after a refusal
 * that will pass and where a server was seen. Later the peer goes on trying as long as somebody is wanted, or for
 * `patienceMs` when nobody is.
 */
export function notJoined<T extends Told>(now: number, state: State<T>, result: NotJoined): void {
  const { phase } = state;
  if (phase.kind !== 'joining') return;
  const detail = detailOf(result);
  if (result.outcome === 'refused') refused(now, state, { ...result, detail, by: phase.by });
  else if (state.resumeKey !== undefined) comeBack(now, state, detail);
  else
    retryFirst(now, state, { sign: result.outcome === 'closing' ? 'broken-off' : result.sign, detail, by: phase.by });
}

function retryFirst<T extends Told>(
  now: number,
  state: State<T>,
  { sign, detail, by }: { readonly sign: ServerSign; readonly detail: string; readonly by: number },
): void {
  if (sign === 'broken-off') state.isServerSeen = true;
  const until = state.isServerSeen ? by : Math.min(by, state.startedAt + ABSENT_PATIENCE_MS);
  const isFirst = state.returns === 0;
  const nextAt = now + backAfterMs(state);
  if (sign === 'wrong' || nextAt >= until) {
    fail(state, 'rendezvous-unreachable', detail);
    return;
  }
  if (isFirst)
    state.outputs.push({ kind: 'notice', text: `the rendezvous cannot be reached (${detail}): trying again` });
  state.phase = { kind: 'pausing', until: nextAt, by };
}

function refused<T extends Told>(
  now: number,
  state: State<T>,
  { code, retryInMs, detail, by }: Extract<NotJoined, { outcome: 'refused' }> & { detail: string; by: number },
): void {
  const keptMs = retryInMs === undefined ? Number.POSITIVE_INFINITY : Math.max(RETRY_MIN_MS, retryInMs);
  if (!(now + keptMs < by)) {
    fail(state, 'rendezvous-refused', detail);
    return;
  }
  const away = code === 'id-in-use' ? ', but is away' : '';
  const text = `${detail}${away}: trying again in ${(keptMs / 1000).toFixed(1)} s`;
  state.outputs.push({ kind: 'notice', text });
  const backMs = state.resumeKey === undefined ? 0 : backAfterMs(state);
  state.phase = { kind: 'pausing', until: now + keptMs + backMs, by };
}

/** Handles the end of the connection. */
export function closed<T extends Told>(
  now: number,
  state: State<T>,
  { code, reason }: Extract<IntroductionInput<T>, { readonly kind: 'closed' }>,
): void {
  if (state.phase.kind !== 'joined') return;
  if (state.binding !== null || state.second) state.outputs.push({ kind: 'unbind' });
  state.binding = null;
  state.second = null;
  state.lostAt = now;
  if (now - state.joinedAt >= SETTLED_MS) state.returns = 0;
  const why = reason || String(code);
  if (waiting(state).length === 0 || waiting(state).some(({ by }) => now < by)) {
    state.outputs.push({ kind: 'notice', text: `lost the rendezvous (${why}): reconnecting` });
  }
  comeBack(now, state, why);
}

/** Gives up the peers whose time is over, and pauses before the next join if there is a reason for one. */
function comeBack<T extends Told>(now: number, state: State<T>, detail: string): void {
  for (const peer of waiting(state)) if (now >= peer.by) giveUp(state, peer, { reason: 'rendezvous-lost', detail });
  const by = Math.max(state.lostAt + state.patienceMs, ...waiting(state).map((peer) => peer.by));
  if (now >= by) fail(state, 'rendezvous-lost', detail);
  else state.phase = { kind: 'pausing', until: now + backAfterMs(state), by };
}

function backAfterMs<T extends Told>(state: State<T>): number {
  return BACK_AFTER_MS[Math.min(state.returns++, BACK_AFTER_MS.length - 1)] ?? 0;
}

export function renewed<T extends Told>(
  now: number,
  state: State<T>,
  { ticket, ticket6 }: Pick<ServerMessageOf<'ticket'>, 'ticket' | 'ticket6'>,
): void {
  if (state.phase.kind !== 'joined') return;
  renewSecond(now, state, ticket6);
  state.phase.ticket = ticketOf(now, ticket, state.gapMs);
  state.bindAt = state.boundAt + state.gapMs;
}

function detailOf(result: NotJoined): string {
  switch (result.outcome) {
    case 'closing':
      return 'the server is closing';
    case 'refused':
      return `${result.code}: ${result.message}`;
    case 'unreachable':
      return result.reason;
  }
}
