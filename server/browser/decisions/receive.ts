/** Takes what browsers send over UDP: their checks, which show endpoints, and their answers to those of the server. */

import { type Endpoint, formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { encodeSuccess } from '../../../src/ice/checks/messages.ts';
import type { Place } from '../../../src/nat/browser/places.ts';
import { decode } from '../../../src/stun/decode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { hex } from '../../../src/stun/hex.ts';
import { checkIntegrity } from '../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import { fragmentOf } from './fragment.ts';
import type { BrowserInput } from './input-output.ts';
import { ask } from './round.ts';
import type { Socket, State, Trial } from './state.ts';

/** How many endpoints one socket is remembered at: a symmetric NAT has one for each place. */
const ENDPOINTS_MAX = 8;

type Datagram = Extract<BrowserInput, { readonly kind: 'datagram' }>;

/** Whether a datagram names a socket of a page, or answers a check to one; it may be forged all the same. */
export function isForPage({ sockets }: State, bytes: Uint8Array): boolean {
  if (sockets.size === 0) return false;
  const fragment = fragmentOf(bytes);
  return fragment !== null && sockets.has(fragment);
}

/** Takes a datagram; what belongs to no detection, or is not authentic, is dropped without a word. */
export function receive(now: number, state: State, datagram: Datagram): void {
  const decoded = decode(datagram.bytes);
  if (!decoded.ok || decoded.message.method !== METHOD.binding) return;
  const { message } = decoded;
  if (message.class === 'request') receiveCheck(now, state, { datagram, message });
  else if (message.class === 'success') receiveAnswer(now, state, { datagram, message });
}

interface Received {
  readonly datagram: Datagram;
  readonly message: StunMessage;
}

function receiveCheck(now: number, state: State, { datagram, message }: Received): void {
  const { bytes, local, remote } = datagram;
  const found = state.sockets.get(fragmentOf(bytes) ?? '');
  if (!found || attribute(message, 'USERNAME') !== found.socket.username) return;
  const { trial, socket } = found;
  if (checkIntegrity(bytes, { algorithm: 'sha1', key: socket.key }) !== 'valid') return;
  if (!isWhole(message)) return;
  const at = placeOf(trial, local);
  const priority = attribute(message, 'PRIORITY');
  if (at === null || priority === undefined) return;
  socket.priority ??= priority;
  if (socket.priority !== priority) return;
  see(now, state, { trial, socket, at, remote });
  if (socket.name === 'base') {
    const success = encodeSuccess(message.transactionId, remote, socket.key);
    state.outputs.push({ kind: 'transmit', from: local, to: remote, bytes: success });
  } else if (socket.name === 'filtering' && !socket.proven.has(formatEndpoint(remote))) {
    ask(now, state, { trial, name: 'plain', to: remote });
  }
}

/** Has all that a check has to have (RFC 8445 §7.1): then the server's is no longer, whoever has forged this one's source. */
function isWhole(message: StunMessage): boolean {
  const role = attribute(message, 'ICE-CONTROLLING') ?? attribute(message, 'ICE-CONTROLLED');
  return role !== undefined && attribute(message, 'FINGERPRINT') !== undefined;
}

/** Notes where a check came from. An endpoint that has not shown that it hears the server may be sent one check for it. */
function see(
  now: number,
  state: State,
  { trial, socket, at, remote }: { trial: Trial; socket: Socket; at: Place; remote: Endpoint },
): void {
  const key = formatEndpoint(remote);
  if (socket.credit.has(key) || socket.credit.size < ENDPOINTS_MAX) {
    socket.credit.set(key, (socket.credit.get(key) ?? 0) + 1);
  }
  const sight = socket.sights.get(at);
  if (!sight) {
    socket.sights.set(at, { endpoint: remote, firstAt: now, lastAt: now, count: 1 });
    const { family, page } = trial;
    const seen = { type: 'seen', family, socket: socket.name, at, endpoint: remote } as const;
    state.outputs.push({ kind: 'send', page: page.number, message: seen });
    return;
  }
  if (!sameEndpoint(sight.endpoint, remote)) socket.hasMoved = true;
  sight.lastAt = now;
  sight.count++;
}

function placeOf({ places }: Trial, local: Endpoint): Place | null {
  const found = Object.entries(places).find(([, endpoint]) => sameEndpoint(endpoint, local));
  return (found?.[0] as Place | undefined) ?? null;
}

function receiveAnswer(now: number, state: State, { datagram, message }: Received): void {
  const { bytes, local, remote } = datagram;
  const sent = state.sent.get(hex(message.transactionId));
  if (!sent || sent.send.answeredAt !== null) return;
  const { trial, name, send, from, to } = sent;
  const { socket, check } = partsOf(trial, name);
  // RFC 8445 §7.2.5.2.1: it comes from where the check went, to where that came from.
  if (!sameEndpoint(local, from) || !sameEndpoint(remote, to)) return;
  if (checkIntegrity(bytes, { algorithm: 'sha1', key: socket.asked.key }) !== 'valid') return;
  send.answeredAt = now;
  trial.pace.sample(now - send.at);
  check.answer ??= { from: remote, rttMs: now - send.at };
  if (socket.proven.size < ENDPOINTS_MAX) socket.proven.add(formatEndpoint(remote));
}

function partsOf(trial: Trial, name: keyof Trial['checks']) {
  const socket = name.startsWith('control.') ? trial.sockets.control : trial.sockets.filtering;
  return { socket, check: trial.checks[name] };
}
