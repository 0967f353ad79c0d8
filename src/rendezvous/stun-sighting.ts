/**
 * How a socket learns where it is seen without a server of its own, as a sans-IO session: plain Bindings (RFC 8489) from it to
 * several STUN servers, of which the first good answer counts.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { Session } from '../session.ts';
import { createBinding, reflexiveEndpoint } from '../stun/binding.ts';
import type { RetransmissionSchedule, Transaction } from '../stun/transaction.ts';
import type { TicketBindingResult } from './ticket-binding.ts';

/** As for a ticket (ticket-binding.ts). */
const SCHEDULE: RetransmissionSchedule = { rtoMs: 200, factor: 1.5, sends: 9, lastWaitMs: 200 * 1.5 ** 8 };
/** How many servers are asked: each is a place that learns of this host, and a mapping of a NAT. */
const SERVERS_MAX = 3;
/**
 * A server that has answered before is asked alone at first, since behind a destination-dependent mapping each server sees another
 * endpoint. By then it has been asked four times.
 */
const HEAD_START_MS = 1_000;

export interface StunSightingOptions {
  /** The servers, the one that has answered before first. */
  readonly servers: readonly Endpoint[];
  /** Whether the first one has answered before. */
  readonly isFirstProven: boolean;
  /** The name of the socket. */
  readonly socket: string;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** `server` is the one that has answered. */
export type StunSighting =
  | (Extract<TicketBindingResult, { readonly outcome: 'bound' }> & { readonly server: Endpoint })
  | Extract<TicketBindingResult, { readonly outcome: 'no-answer' | 'not-sent' }>;

export interface StunSightingSession extends Session<StunSighting> {
  /** Asks another server as well, unless enough are asked. */
  readonly addServer: (server: Endpoint) => void;
}

interface Asked {
  readonly server: Endpoint;
  readonly binding: Transaction;
  /** Why the system does not send there; null as long as it does. */
  failure: string | null;
  isSilent: boolean;
}

interface State extends StunSightingOptions {
  readonly asked: Asked[];
  /** When those but the first are asked as well; null before the first poll. */
  othersAt: number | null;
  result: StunSighting | null;
}

export function createStunSighting(options: StunSightingOptions): StunSightingSession {
  const state: State = { ...options, asked: [], othersAt: null, result: null };
  for (const server of options.servers) add(state, server);
  return {
    addServer: (server) => add(state, server),
    handleDatagram: (now, { from, ...arrival }) => {
      for (const { server, binding } of state.asked) {
        const response = sameEndpoint(server, from) ? binding.receive(now, { ...arrival, from }) : null;
        const seen = reflexiveEndpoint(response);
        if (seen && response) state.result ??= { outcome: 'bound', public: seen, rttMs: response.rttMs, server };
      }
    },
    handleSendFailure: (_now, { to, code }) => {
      for (const one of state.asked) if (sameEndpoint(one.server, to)) one.failure = code;
    },
    handleTimeout: () => {},
    poll: (now) => poll(now, state),
  };
}

function add({ asked, randomBytes }: State, server: Endpoint): void {
  // Two endpoints at one address tell nothing that one does not.
  if (asked.length >= SERVERS_MAX || asked.some((one) => one.server.address === server.address)) return;
  const binding = createBinding({ server, randomBytes, schedule: SCHEDULE });
  asked.push({ server, binding, failure: null, isSilent: false });
}

function poll(now: number, state: State): ReturnType<StunSightingSession['poll']> {
  const { asked, socket, isFirstProven, result } = state;
  if (result) return { kind: 'done', result };
  state.othersAt ??= isFirstProven ? now + HEAD_START_MS : now;
  let until = Number.POSITIVE_INFINITY;
  for (const [index, one] of asked.entries()) {
    if (one.failure !== null || one.isSilent) continue;
    if (index > 0 && now < state.othersAt) {
      until = Math.min(until, state.othersAt);
      continue;
    }
    const step = one.binding.next(now);
    if (step.kind === 'send') return { kind: 'transmit', socket, to: one.server, bytes: step.bytes };
    if (step.kind === 'wait') until = Math.min(until, step.until);
    else one.isSilent = true;
  }
  if (until !== Number.POSITIVE_INFINITY) return { kind: 'wait', until };
  return { kind: 'done', result: failureOf(asked) };
}

function failureOf(asked: readonly Asked[]): StunSighting {
  const unsent = asked.find(({ failure }) => failure !== null);
  const isAllUnsent = asked.every(({ failure }) => failure !== null);
  return unsent?.failure && isAllUnsent ? { outcome: 'not-sent', detail: unsent.failure } : { outcome: 'no-answer' };
}
