/** Sockets that a technique opens beside the first one; the server shows where each is, and the agent gets those that are of use. */
import type { Endpoint } from '../../../endpoint.ts';
import type { HostSpec } from '../../../ice/candidates/local-candidate.ts';
import type { Arrival } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import { checkIntegrity, shortTermKey } from '../../../stun/integrity.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { encodeOpener } from './opener.ts';
import { SAMPLE_SCHEDULE, type TechniqueFacts } from './technique.ts';

export interface FreshSocket {
  readonly socket: string;
  /** The TTL of the packets that open this side's NATs; null for a socket that sends none. */
  readonly ttl: number | null;
  readonly sample: Transaction;
  /** Where it is bound, once it is open. */
  local: Endpoint | null;
  /** Where the server sees it. */
  seen: Endpoint | null;
  /** Whether the peer has been told where it is. */
  isTold: boolean;
  /** Whether the agent has it. */
  isJoined: boolean;
}

export interface FreshSockets {
  /** Asks for one socket for each TTL; does nothing more when it is called again. */
  readonly open: (ttls: readonly FreshSocket['ttl'][]) => void;
  /** Those that are open, or may still be, in the order of the TTLs. */
  readonly all: () => readonly FreshSocket[];
  readonly handleOpened: (socket: string, local: Endpoint | null) => void;
  /** Asks the server how it sees them; returns when something is due next. */
  readonly advance: (now: number) => number;
  /** Takes an answer of the server; has the agent join a socket at which a check of the peer has come, and returns false for that. */
  readonly handleDatagram: (now: number, arrival: Arrival) => boolean;
  /** Sends a packet of that socket's TTL toward a port of the peer. */
  readonly sendOpener: (from: FreshSocket, port: number) => void;
  /** Gives the socket to the agent, if it is open and the agent does not have it. */
  readonly join: (one: FreshSocket) => void;
  /** Tells the peer where the server sees these. */
  readonly tell: (sockets: readonly FreshSocket[]) => void;
  /** Closes those that the agent does not have, and any that opens later. */
  readonly close: () => void;
}

interface State extends TechniqueFacts {
  /** The integrity key of the peer's checks. */
  readonly key: Uint8Array;
  sockets: readonly FreshSocket[];
  isAsked: boolean;
}

/** @param prefix begins the names of the sockets, of which the first is the prefix alone. */
export function createFreshSockets(facts: TechniqueFacts, prefix: string): FreshSockets {
  const key = shortTermKey(facts.own.credentials.pwd);
  const state: State = { ...facts, key, sockets: [], isAsked: false };
  return {
    open: (ttls) => open(state, prefix, ttls),
    all: () => state.sockets,
    handleOpened: (socket, local) => handleOpened(state, socket, local),
    advance: (now) => Math.min(...state.sockets.map((one) => ask(now, state, one))),
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    sendOpener: (from, port) => sendOpener(state, from, port),
    join: (one) => join(state, one),
    tell: (sockets) => tell(state, sockets),
    close: () => close(state),
  };
}

function open(state: State, prefix: string, ttls: readonly FreshSocket['ttl'][]): void {
  const { server, randomBytes, emit, isAsked } = state;
  if (isAsked) return;
  state.isAsked = true;
  state.sockets = ttls.map((ttl, index) => ({
    ...{ socket: index === 0 ? prefix : `${prefix} ${index}`, ttl },
    sample: createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE }),
    ...{ local: null, seen: null, isTold: false, isJoined: false },
  }));
  for (const { socket } of state.sockets) emit({ kind: 'open', socket });
}

function handleOpened(state: State, socket: string, local: Endpoint | null): void {
  const opened = state.sockets.find((one) => one.socket === socket);
  if (opened) opened.local = local;
  else if (local) state.emit({ kind: 'close', socket });
  if (!local) state.sockets = state.sockets.filter((one) => one !== opened);
}

function ask(now: number, { server, emit }: State, { socket, sample, local, seen }: FreshSocket): number {
  if (!local || seen) return Number.POSITIVE_INFINITY;
  const step = sample.next(now);
  switch (step.kind) {
    case 'send':
      emit({ kind: 'transmit', socket, to: server, bytes: step.bytes });
      return now;
    case 'wait':
      return step.until;
    case 'given-up':
      return Number.POSITIVE_INFINITY;
  }
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  const one = state.sockets.find(({ socket, isJoined }) => socket === arrival.socket && !isJoined);
  if (!one) return false;
  const seen = reflexiveEndpoint(one.sample.receive(now, arrival));
  if (seen) one.seen ??= seen;
  // Only the peer can have sent this check: nobody else knows the password.
  else if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key: state.key }) === 'valid')
    join(state, one, { isPassive: true });
  return !one.isJoined;
}

function sendOpener(state: State, { socket, ttl }: FreshSocket, port: number): void {
  const to = { address: state.peer.address, port };
  if (ttl !== null) state.emit({ kind: 'transmit', socket, to, bytes: encodeOpener(state), ttl });
}

function join({ agent }: State, one: FreshSocket, how: Pick<HostSpec, 'isPassive'> = {}): void {
  if (!one.local || one.isJoined) return;
  one.isJoined = true;
  agent.addLocalCandidate({ type: 'host', socket: one.socket, endpoint: one.local, ...how });
}

function tell({ emit }: State, sockets: readonly FreshSocket[]): void {
  for (const one of sockets) one.isTold = true;
  const ports = sockets.flatMap(({ seen }) => (seen ? [seen.port] : []));
  emit({ kind: 'tell', signal: { type: 'ports', ports } });
}

function close(state: State): void {
  for (const { socket, local, isJoined } of state.sockets) {
    if (local && !isJoined) state.emit({ kind: 'close', socket });
  }
  state.sockets = state.sockets.filter(({ isJoined }) => isJoined);
  state.isAsked = true;
}
