/** The side that begins: sends the first message until the second one comes, and the third one until it is confirmed. */
import { type Agreement, agreementOf, confirmationOf } from './agreement.ts';
import type { Handshake, HandshakeInput, HandshakeOptions, HandshakeOutput } from './contract.ts';
import { failureAfter, OTHER_SIDE_GRACE_MS } from './failure.ts';
import { expectedPeerKey, noiseSide } from './identity.ts';
import { decodeMessage, ECHO_BYTES, encodeMessage, type HandshakeMessage, TUNNEL_VERSION } from './message.ts';
import { type KeyPair, type NoiseSide, play, type Turn } from './noise.ts';
import { encodePayload } from './payload.ts';
import { firstRetry, nextRetry, type Retry } from './retry.ts';
import { createTries } from './tries.ts';

const NOTHING = new Uint8Array();

interface State {
  readonly options: HandshakeOptions;
  readonly side: NoiseSide;
  readonly peerKey: Uint8Array | null;
  readonly mayTry: (now: number) => boolean;
  phase: 'new' | 'waits-for-second' | 'waits-for-confirm' | 'over';
  /** The body of the first message, and the ephemeral keys that it was made with. */
  first: Uint8Array;
  ephemeral: KeyPair | null;
  agreement: Agreement | null;
  /** What is sent again at `retry.at`. */
  waiting: Uint8Array;
  retry: Retry;
  deadline: number;
  version: number | null;
  isMeasured: boolean;
  unreadable: number;
  isOther: boolean;
}

export function createInitiator(options: HandshakeOptions): Handshake {
  const { library, identity } = options;
  const state: State = {
    options,
    side: noiseSide(library, options),
    peerKey: expectedPeerKey(library, identity, 'initiator'),
    mayTry: createTries(),
    phase: 'new',
    first: NOTHING,
    ephemeral: null,
    agreement: null,
    waiting: NOTHING,
    retry: { at: Number.POSITIVE_INFINITY, waitMs: 0, sends: 0 },
    deadline: Number.POSITIVE_INFINITY,
    version: null,
    isMeasured: false,
    unreadable: 0,
    isOther: false,
  };
  return {
    handle: (now, input) => handle(state, now, input),
    wakeAt: () => (state.phase === 'over' ? Number.POSITIVE_INFINITY : Math.min(state.retry.at, state.deadline)),
  };
}

function handle(state: State, now: number, input: HandshakeInput): readonly HandshakeOutput[] {
  switch (input.kind) {
    case 'start':
      return state.phase === 'new' ? begin(state, now) : [];
    case 'datagram': {
      const message = decodeMessage(input.bytes);
      return message ? read(state, now, message) : [];
    }
    case 'measured':
      noteMeasured(state, now);
      return [];
    case 'timeout':
      return whenDue(state, now);
  }
}

function noteMeasured(state: State, now: number): void {
  if (state.phase !== 'waits-for-second') return;
  state.isMeasured = true;
  state.deadline = Math.min(state.deadline, now + OTHER_SIDE_GRACE_MS);
}

function begin(state: State, now: number): readonly HandshakeOutput[] {
  const played = play(state.side, [{ kind: 'send', payload: NOTHING }], null);
  const first = played?.results[0];
  if (!first) throw new Error('the first message depends on nothing that was read');
  state.first = first;
  state.ephemeral = played?.ephemeral ?? null;
  state.phase = 'waits-for-second';
  state.deadline = now + state.options.timeoutMs;
  return sendUntilAnswered(state, now, encodeMessage('first', state.first));
}

function sendUntilAnswered(state: State, now: number, bytes: Uint8Array): readonly HandshakeOutput[] {
  state.waiting = bytes;
  state.retry = firstRetry(now, state.options.rttMs);
  return [{ kind: 'send', bytes }];
}

function read(state: State, now: number, { type, version, body }: HandshakeMessage): readonly HandshakeOutput[] {
  if (type === 'version') return readVersion(state, now, { version, body });
  if (version !== TUNNEL_VERSION) return [];
  if (type === 'second' && state.phase === 'waits-for-second' && state.mayTry(now)) return readSecond(state, now, body);
  if (type === 'confirm' && state.agreement && Buffer.compare(body, confirmationOf(state.agreement)) === 0) {
    state.phase = 'over';
  }
  return [];
}

function readVersion(state: State, now: number, { version, body }: Pick<HandshakeMessage, 'version' | 'body'>): [] {
  const isOfOurs = Buffer.compare(body, state.first.subarray(0, ECHO_BYTES)) === 0;
  if (state.phase !== 'waits-for-second' || !isOfOurs || version === TUNNEL_VERSION) return [];
  state.version = version;
  state.deadline = Math.min(state.deadline, now + OTHER_SIDE_GRACE_MS);
  return [];
}

function readSecond(state: State, now: number, message: Uint8Array): readonly HandshakeOutput[] {
  const { options, side, peerKey, ephemeral } = state;
  const turns: readonly Turn[] = [
    { kind: 'send', payload: NOTHING },
    { kind: 'receive', message },
    { kind: 'send', payload: encodePayload(options.payload) },
  ];
  const played = play(side, turns, ephemeral);
  const [, peerPayload, third] = played?.results ?? [];
  if (!played || !peerPayload || !third) {
    state.unreadable++;
    return [];
  }
  if (peerKey && Buffer.compare(played.state.rs, peerKey) !== 0) {
    state.isOther = true;
    return [];
  }
  const agreement = agreementOf(played, { role: 'initiator', own: options.payload, peerPayload });
  return agreement ? agree(state, now, { agreement, third }) : [];
}

/** The third message is sent twice at once: the keys are used from now on, and what comes before it cannot be read. */
function agree(
  state: State,
  now: number,
  { agreement, third }: { readonly agreement: Agreement; readonly third: Uint8Array },
): readonly HandshakeOutput[] {
  state.agreement = agreement;
  state.phase = 'waits-for-confirm';
  state.deadline = now + state.options.timeoutMs;
  const sent = sendUntilAnswered(state, now, encodeMessage('third', third));
  return [...sent, ...sent, { kind: 'agreed', agreement }];
}

function whenDue(state: State, now: number): readonly HandshakeOutput[] {
  if (state.phase === 'new' || state.phase === 'over') return [];
  if (now >= state.deadline) {
    const failed = state.phase === 'waits-for-second';
    state.phase = 'over';
    return failed ? [{ kind: 'failed', failure: failureAfter(state, state.options.identity) }] : [];
  }
  if (now < state.retry.at) return [];
  state.retry = nextRetry(now, state.retry);
  return [{ kind: 'send', bytes: state.waiting }];
}
