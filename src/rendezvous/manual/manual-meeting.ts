/**
 * Meets one other side by two lines that people pass on, as a sans-IO state machine that plays the server's part of the rendezvous: it
 * makes this side's line, takes the other's, and introduces the two.
 *
 * Nobody knows when the other has pasted what, so attempts begin at instants that both know: whenever the wall clock stands at a whole ten
 * seconds (UTC). Whoever has both lines begins at each of them, as long as it asks anew.
 */
import { hkdfSync } from 'node:crypto';
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { introductionOf } from '../peer-introduction.ts';
import type { ClientMessage, ClientMessageOf } from '../protocol/client-message.ts';
import type { StunOffer } from '../protocol/fields.ts';
import { roleOf } from '../protocol/role.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import { unusedTicket } from '../unused-ticket.ts';
import { formatManualLine, type ManualLine, type ManualLineKind, nameOfOffer, readManualLine } from './line.ts';

/** The ids of the two sides. */
export const MANUAL_IDS = { offer: 'offer', answer: 'answer' } as const satisfies Record<ManualLineKind, string>;
/** An attempt lasts 9 s, so that each is over when the next one begins. */
export const SLOT_MS = 10_000;
/** Whoever is as late as this begins at once: the other is still at it. */
const LATE_MS = 500;
const SECRET_BYTES = 12;
const KEY_BYTES = 32;

export type ManualInput =
  | { readonly kind: 'say'; readonly message: ClientMessage }
  | { readonly kind: 'seen'; readonly socket: 'first' | 'second'; readonly endpoint: Endpoint | null }
  /** What somebody has pasted, as the other side's line. */
  | { readonly kind: 'pasted'; readonly text: string };

export type ManualOutput =
  | { readonly kind: 'tell'; readonly message: ServerMessage }
  /** Show this line, for the other side. */
  | { readonly kind: 'show'; readonly line: string }
  /** What was pasted is of no use, for this reason, which is one sentence. */
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'notice'; readonly text: string };

export interface ManualMeetingOptions {
  /** The offer that this side answers; left out where this side makes the offer. */
  readonly offer?: ManualLine | undefined;
  /** What the offer carries for both sides to share: 8 to 64 characters of base64url; random by default. */
  readonly secret?: string | undefined;
  readonly stun: () => StunOffer;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The wall clock, in milliseconds since 1970. */
  readonly wallClock: () => number;
}

export interface ManualMeeting {
  /** Takes an input, and returns what it leads to, in order. */
  readonly handle: (input: ManualInput) => readonly ManualOutput[];
}

interface State extends ManualMeetingOptions {
  readonly kind: ManualLineKind;
  readonly secret: string;
  readonly endpoints: Map<'first' | 'second', Endpoint>;
  /** The open ask for the other side; null where there is none. */
  ask: ClientMessageOf<'ask'> | null;
  /** The line that this side has shown, and the other's. */
  own: ManualLine | null;
  theirs: ManualLine | null;
  outputs: ManualOutput[];
}

export function createManualMeeting(options: ManualMeetingOptions): ManualMeeting {
  const { offer = null, randomBytes } = options;
  const state: State = {
    ...options,
    kind: offer ? 'answer' : 'offer',
    secret: (offer ? undefined : options.secret) ?? Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url'),
    ...{ endpoints: new Map(), ask: null, own: null, theirs: offer, outputs: [] },
  };
  return {
    handle: (input) => {
      apply(state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
  };
}

function apply(state: State, input: ManualInput): void {
  switch (input.kind) {
    case 'say':
      obey(state, input.message);
      break;
    case 'seen':
      seen(state, input);
      break;
    case 'pasted':
      pasted(state, input.text);
      break;
  }
}

function obey(state: State, message: ClientMessage): void {
  switch (message.type) {
    case 'join':
      join(state, message);
      break;
    case 'ticket':
      tell(state, { type: 'ticket', ticket: unusedTicket(state), ticket6: unusedTicket(state) });
      break;
    case 'ask':
      ask(state, message);
      break;
    case 'withdraw':
      state.ask = null;
      break;
    // There is no way to tell the other side anything more.
    case 'signal':
    case 'leave':
      break;
  }
}

function join(state: State, { id, room }: ClientMessageOf<'join'>): void {
  const stun = state.stun();
  const tickets = { ticket: unusedTicket(state), ...(stun.addresses && { ticket6: unusedTicket(state) }) };
  const resumeKey = unusedTicket(state).password;
  tell(state, {
    type: 'joined',
    id,
    room,
    peers: [peerId(state)],
    resumed: false,
    resumeKey,
    ...tickets,
    stun: { ...stun },
  });
}

function peerId({ kind }: State): string {
  return MANUAL_IDS[kind === 'offer' ? 'answer' : 'offer'];
}

function seen(state: State, { socket, endpoint }: Extract<ManualInput, { readonly kind: 'seen' }>): void {
  const { endpoints, own } = state;
  if (endpoint) endpoints.set(socket, endpoint);
  else endpoints.delete(socket);
  if (socket !== 'first' || !own || !endpoint || sameEndpoint(own.endpoint, endpoint)) return;
  const text = `this side is seen at another endpoint than its ${state.kind} says: begin again, with a new one, if no path opens`;
  state.outputs.push({ kind: 'notice', text });
}

function ask(state: State, message: ClientMessageOf<'ask'>): void {
  if (message.peer !== peerId(state) || (message.isUpdate && !state.ask)) return;
  state.ask = message;
  tell(state, { type: 'asked', peer: message.peer, present: true });
  if (!state.own) show(state, message);
  introduceIfReady(state);
}

/** Makes this side's line, once: what is told later cannot be told to the other side any more. */
function show(state: State, { candidates, behavior, behavior6 }: ClientMessageOf<'ask'>): void {
  const { kind, secret, endpoints, offer } = state;
  const endpoint = endpoints.get('first');
  if (!endpoint) return;
  const answers = offer && nameOfOffer(offer.secret);
  state.own = { kind, secret, answers, endpoint, endpoint6: endpoints.get('second'), candidates, behavior, behavior6 };
  state.outputs.push({ kind: 'show', line: formatManualLine(state.own) });
}

function pasted(state: State, text: string): void {
  const read = readManualLine(text);
  const problem = read.ok ? problemOf(state, read.line) : read.problem;
  if (!read.ok || problem !== null) {
    state.outputs.push({ kind: 'refused', problem: problem ?? '' });
    return;
  }
  state.theirs = read.line;
  introduceIfReady(state);
}

function problemOf({ kind, secret }: State, line: ManualLine): string | null {
  if (kind === 'answer') return 'the offer was pasted already';
  if (line.kind === 'offer') return 'this is an offer: give it to the other side, and paste the answer that it makes';
  return line.answers === nameOfOffer(secret)
    ? null
    : 'this is the answer to another offer: the other side has to paste the last one';
}

function introduceIfReady(state: State): void {
  const { ask: told, own, theirs, kind } = state;
  if (!told || !own || !theirs) return;
  state.ask = null;
  const [me, peer] = [
    { ...own, id: MANUAL_IDS[kind] },
    { ...theirs, id: peerId(state) },
  ];
  tell(state, { type: 'paired', peer: peer.id, role: roleOf(me, peer) });
  tell(state, introductionOf(me, peer, { key: keyOf(own, theirs), startInMs: startInMs(state.wallClock()) }));
}

/** From what both have drawn. It is the same at each instant, since nobody knows at which the other begins. */
function keyOf(own: ManualLine, theirs: ManualLine): string {
  const secrets = [own, theirs].toSorted((a, b) => a.kind.localeCompare(b.kind)).map(({ secret }) => secret);
  const derived = hkdfSync('sha256', secrets.join(' '), '', 'natcheck manual introduction', KEY_BYTES);
  return Buffer.from(derived).toString('base64url');
}

/** How long it is until the next instant. */
function startInMs(wallMs: number): number {
  const passed = wallMs % SLOT_MS;
  return passed < LATE_MS ? 0 : SLOT_MS - passed;
}

function tell({ outputs }: State, message: ServerMessage): void {
  outputs.push({ kind: 'tell', message });
}
