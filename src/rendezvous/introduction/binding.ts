/** The rules of binding the punching socket to the session by tickets: at once, and then regularly, so that a changed mapping is noticed. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { fail } from './failing.ts';
import type { BindResult } from './output.ts';
import { type State, type Told, waiting } from './state.ts';

/** How many refused tickets in a row are the end. The usual cause is a server that was just restarted, which the connection will show. */
const REFUSALS_MAX = 3;
const REFUSED =
  'it refuses the ticket of the rendezvous, so it is another server, or was restarted: check --server and --rendezvous';

/** Binds the socket when it is time, or asks for another ticket first. */
export function bindIfDue<T extends Told>(now: number, state: State<T>): void {
  const { phase } = state;
  if (phase.kind !== 'joined' || state.binding !== null || now < state.bindAt) return;
  state.boundAt = now;
  state.bindAt = now + state.refreshMs;
  const { username, password, renewAt } = phase.ticket;
  if (now > renewAt) {
    askForTicket(state);
    return;
  }
  const binding = ++state.bindings;
  state.binding = binding;
  const { altPort, place, hasMoved } = phase;
  state.outputs.push({ kind: 'bind', binding, ticket: { username, password }, altPort, place, hasMoved });
}

/** Handles the end of a binding. If it fails before the server has ever seen this side, waiting for peers is over. */
export function bound<T extends Told>(
  now: number,
  state: State<T>,
  { binding, result }: { readonly binding: number; readonly result: BindResult },
): void {
  if (state.phase.kind !== 'joined' || binding !== state.binding) return;
  state.binding = null;
  if (!state.phase.hasBound) state.shownAt = now;
  state.phase.hasBound = true;
  if (result.outcome === 'bound') seen(state, result.public);
  else if (!state.own) notSeen(state, result);
  else seenNoMore(state, result);
}

function seen<T extends Told>(state: State<T>, endpoint: Endpoint): void {
  state.refusals = 0;
  if (state.own && sameEndpoint(state.own, endpoint)) return;
  state.own = endpoint;
  for (const peer of waiting(state)) peer.phase = 'wanted';
  state.outputs.push({ kind: 'public', endpoint });
}

type NotBound = Exclude<BindResult, { readonly outcome: 'bound' }>;

/** Handles a failed binding while the server has never seen this side: only a refused ticket may be replaced by a better one. */
function notSeen<T extends Told>(state: State<T>, result: NotBound): void {
  switch (result.outcome) {
    case 'no-relay':
      fail(state, 'no-relay', result.details.join('; ') || null);
      break;
    case 'refused':
      if (++state.refusals < REFUSALS_MAX) askForTicket(state);
      else fail(state, 'udp-silent', `${REFUSED} [STUN ${result.code}]`);
      break;
    case 'no-answer':
      fail(state, 'udp-silent', null);
      break;
    case 'not-sent':
      fail(state, 'no-route', result.detail);
      break;
  }
}

function seenNoMore<T extends Told>(state: State<T>, result: NotBound): void {
  switch (result.outcome) {
    case 'no-relay':
      notice(state, ['there is no relay any more', ...result.details].join(': '));
      break;
    case 'refused':
      askForTicket(state);
      break;
    case 'no-answer':
      notice(state, 'the server does not answer over UDP any more');
      break;
    case 'not-sent':
      notice(state, result.detail);
      break;
  }
}

function askForTicket<T extends Told>(state: State<T>): void {
  state.outputs.push({ kind: 'send', message: { type: 'ticket' } });
}

function notice<T extends Told>(state: State<T>, text: string): void {
  state.outputs.push({ kind: 'notice', text });
}
