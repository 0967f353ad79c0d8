/** The side that answers: each first message with a second one, and the right third one with its confirmation. */
import { agreementOf, confirmationOf } from './agreement.ts';
import type { Handshake, HandshakeInput, HandshakeOptions, HandshakeOutput } from './contract.ts';
import { failureAfter, OTHER_SIDE_GRACE_MS } from './failure.ts';
import { expectedPeerKey, noiseSide } from './identity.ts';
import { decodeMessage, ECHO_BYTES, encodeMessage, type HandshakeMessage, TUNNEL_VERSION } from './message.ts';
import { type NoiseSide, type Played, play, type Turn } from './noise.ts';
import { encodePayload } from './payload.ts';
import { createTries } from './tries.ts';

/**
 * How many different first messages are remembered with their answers, the last ones. Others than the peer's can be among them where
 * no code protects it: up to three of them leave the peer's message its place, and with more this handshake comes to nothing.
 */
const ANSWERS_MAX = 4;

/** A first message that was answered. */
interface Answer {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly ephemeral: Played['ephemeral'];
}

interface State {
  readonly options: HandshakeOptions;
  readonly side: NoiseSide;
  readonly peerKey: Uint8Array | null;
  readonly mayTry: (now: number) => boolean;
  phase: 'new' | 'waits' | 'over';
  readonly answers: Answer[];
  /** The third message that was right, and its answer. */
  accepted: { readonly third: Uint8Array; readonly confirm: Uint8Array } | null;
  /** When the whole handshake is to be over, and when it is given up as things stand. */
  by: number;
  deadline: number;
  version: number | null;
  isMeasured: boolean;
  unreadable: number;
  isOther: boolean;
}

export function createResponder(options: HandshakeOptions): Handshake {
  const { library, identity } = options;
  const state: State = {
    options,
    side: noiseSide(library, options),
    peerKey: expectedPeerKey(library, identity, 'responder'),
    mayTry: createTries(),
    phase: 'new',
    answers: [],
    accepted: null,
    by: Number.POSITIVE_INFINITY,
    deadline: Number.POSITIVE_INFINITY,
    version: null,
    isMeasured: false,
    unreadable: 0,
    isOther: false,
  };
  return {
    handle: (now, input) => handle(state, now, input),
    wakeAt: () => (state.phase === 'waits' ? state.deadline : Number.POSITIVE_INFINITY),
  };
}

function handle(state: State, now: number, input: HandshakeInput): readonly HandshakeOutput[] {
  switch (input.kind) {
    case 'start':
      if (state.phase === 'new') {
        state.phase = 'waits';
        state.by = now + state.options.timeoutMs;
        state.deadline = state.by;
      }
      return [];
    case 'datagram': {
      const message = decodeMessage(input.bytes);
      return message ? read(state, now, message) : [];
    }
    case 'measured':
      noteMeasured(state, now);
      return [];
    case 'timeout':
      if (state.phase !== 'waits' || now < state.deadline) return [];
      state.phase = 'over';
      return [{ kind: 'failed', failure: failureAfter(state, state.options.identity) }];
  }
}

function noteMeasured(state: State, now: number): void {
  // A peer whose right message has come does more than that, whoever says otherwise.
  if (state.phase !== 'waits' || state.answers.length > 0) return;
  state.isMeasured = true;
  state.deadline = Math.min(state.deadline, now + OTHER_SIDE_GRACE_MS);
}

function read(state: State, now: number, { type, version, body }: HandshakeMessage): readonly HandshakeOutput[] {
  if (type === 'first' && state.phase === 'waits') {
    return version === TUNNEL_VERSION ? answerFirst(state, now, body) : answerVersion(state, now, { version, body });
  }
  if (type === 'third' && version === TUNNEL_VERSION) return readThird(state, now, body);
  return [];
}

/** Tells this side's version to a side of another one, which it then can say. */
function answerVersion(
  state: State,
  now: number,
  { version, body }: Pick<HandshakeMessage, 'version' | 'body'>,
): readonly HandshakeOutput[] {
  if (body.length < ECHO_BYTES) return [];
  // A peer whose right message has come speaks this version, whatever somebody else says.
  if (state.answers.length === 0) {
    state.version = version;
    state.deadline = Math.min(state.deadline, now + OTHER_SIDE_GRACE_MS);
  }
  return [{ kind: 'send', bytes: encodeMessage('version', body.subarray(0, ECHO_BYTES)) }];
}

function answerFirst(state: State, now: number, first: Uint8Array): readonly HandshakeOutput[] {
  const known = state.answers.find((answer) => Buffer.compare(answer.first, first) === 0);
  if (!known && !state.mayTry(now)) return [];
  const answer = known ?? makeAnswer(state, first);
  if (!answer) {
    state.unreadable++;
    return [];
  }
  if (!known) {
    if (state.answers.length >= ANSWERS_MAX) state.answers.shift();
    state.answers.push(answer);
  }
  Object.assign(state, { version: null, isMeasured: false, deadline: state.by });
  return [{ kind: 'send', bytes: encodeMessage('second', answer.second) }];
}

function makeAnswer({ side, options }: State, first: Uint8Array): Answer | null {
  const played = play(side, untilSecond(options, first), null);
  const second = played?.results[1];
  return second ? { first, second, ephemeral: played?.ephemeral ?? null } : null;
}

function untilSecond({ payload }: HandshakeOptions, first: Uint8Array): readonly Turn[] {
  return [
    { kind: 'receive', message: first },
    { kind: 'send', payload: encodePayload(payload) },
  ];
}

function readThird(state: State, now: number, third: Uint8Array): readonly HandshakeOutput[] {
  const { accepted } = state;
  if (accepted) {
    const isAgain = Buffer.compare(accepted.third, third) === 0;
    return isAgain ? [{ kind: 'send', bytes: encodeMessage('confirm', accepted.confirm) }] : [];
  }
  if (state.phase !== 'waits' || !state.mayTry(now)) return [];
  for (const answer of state.answers) {
    const outputs = finish(state, answer, third);
    if (outputs) return outputs;
  }
  state.unreadable++;
  return [];
}

function finish(state: State, { first, ephemeral }: Answer, third: Uint8Array): readonly HandshakeOutput[] | null {
  const { options, side, peerKey } = state;
  const played = play(side, [...untilSecond(options, first), { kind: 'receive', message: third }], ephemeral);
  const peerPayload = played?.results[2];
  if (!played || !peerPayload) return null;
  if (peerKey && Buffer.compare(played.state.rs, peerKey) !== 0) {
    state.isOther = true;
    return null;
  }
  const agreement = agreementOf(played, { role: 'responder', own: options.payload, peerPayload });
  if (!agreement) return null;
  const confirm = confirmationOf(agreement);
  state.accepted = { third, confirm };
  state.phase = 'over';
  return [
    { kind: 'send', bytes: encodeMessage('confirm', confirm) },
    { kind: 'agreed', agreement },
  ];
}
