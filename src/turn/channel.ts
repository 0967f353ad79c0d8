/** Channels: a number in place of a peer's endpoint, bound for the peers that answer (RFC 8656 §12). */
import { type Endpoint, formatEndpoint } from '../endpoint.ts';
import { METHOD } from '../stun/header.ts';
import { type ClientState, failureOf } from './client-state.ts';
import { CHANNEL_LIFETIME_MS, refreshAfterMs } from './pace.ts';
import { FIRST_CHANNEL } from './wire/channel-data.ts';

/** Peers with a channel: those that answered first. A number stays its peer's for good (RFC 8656 §12.1). */
const CHANNELS_MAX = 64;

export interface Channels {
  /** The number to send on to that peer; null where there is none that the server has confirmed. */
  readonly of: (peer: Endpoint) => number | null;
  /** Who sends on that number; null when it was never asked for. */
  readonly peerOf: (channel: number) => Endpoint | null;
  /** Binds one to a peer that is in use, unless there is one. */
  readonly want: (now: number, peer: Endpoint) => void;
  /** Refreshes what is due; when the next thing will be. */
  readonly advance: (now: number) => number;
}

interface Channel {
  readonly number: number;
  readonly peer: Endpoint;
  state: 'unbound' | 'bound' | 'refused';
  isAsking: boolean;
  /** Since it was last asked for. */
  isUsed: boolean;
  refreshAt: number;
  endsAt: number;
}

export function createChannels(state: ClientState): Channels {
  const byPeer = new Map<string, Channel>();
  const byNumber = new Map<number, Channel>();

  const ask = (askedAt: number, one: Channel): void => {
    one.isAsking = true;
    one.isUsed = false;
    const attributes = [
      { type: 'CHANNEL-NUMBER', value: one.number } as const,
      { type: 'XOR-PEER-ADDRESS', value: one.peer } as const,
    ];
    state.transactions.ask(askedAt, { method: METHOD.channelBind, attributes }, (now, answer) => {
      one.isAsking = false;
      if (answer.kind === 'success') {
        const isNew = one.state === 'unbound';
        one.state = 'bound';
        one.refreshAt = askedAt + refreshAfterMs(CHANNEL_LIFETIME_MS);
        one.endsAt = askedAt + CHANNEL_LIFETIME_MS;
        if (isNew) state.emit(now, { kind: 'channel-bound', peer: one.peer, channel: one.number });
        return;
      }
      const failure = failureOf(answer);
      if (failure.reason === 'allocation-mismatch') return state.lose(now, failure);
      // Send indications do as well. Without an answer it is asked for again when the peer is heard again.
      if (answer.kind === 'error') one.state = 'refused';
      else one.refreshAt = now;
    });
  };

  const create = (peer: Endpoint): Channel => {
    const one: Channel = {
      number: FIRST_CHANNEL + byNumber.size,
      peer,
      state: 'unbound',
      isAsking: false,
      isUsed: false,
      refreshAt: Number.POSITIVE_INFINITY,
      endsAt: Number.POSITIVE_INFINITY,
    };
    byPeer.set(formatEndpoint(peer), one);
    byNumber.set(one.number, one);
    return one;
  };

  return {
    of: (peer) => {
      const one = byPeer.get(formatEndpoint(peer));
      if (one?.state !== 'bound') return null;
      one.isUsed = true;
      return one.number;
    },
    peerOf: (channel) => {
      const one = byNumber.get(channel);
      if (!one) return null;
      one.isUsed = true;
      return one.peer;
    },
    want: (now, peer) => {
      const known = byPeer.get(formatEndpoint(peer));
      if (known ? known.state !== 'unbound' || known.isAsking : byNumber.size >= CHANNELS_MAX) return;
      ask(now, known ?? create(peer));
    },
    advance: (now) => {
      let next = Number.POSITIVE_INFINITY;
      for (const one of byNumber.values()) {
        if (one.state !== 'bound') continue;
        if (now >= one.endsAt) {
          one.state = 'unbound';
          continue;
        }
        const isDue = now >= one.refreshAt && !one.isAsking;
        if (isDue && one.isUsed) ask(now, one);
        next = Math.min(next, isDue || one.isAsking ? one.endsAt : one.refreshAt);
      }
      return next;
    },
  };
}
