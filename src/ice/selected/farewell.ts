/**
 * The end of a path, told to the peer, who else would find it out by silence alone: a Binding indication with an attribute
 * that agents of others read over, under the short-term credentials of the pair (RFC 8489 §9.1), so that nobody else can
 * have made it, of no other session either.
 */
import type { Arrival } from '../../session.ts';
import { TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import type { AgentState } from '../agent-state.ts';
import { reportOf } from '../checklist/pair.ts';
import { encodeFarewell } from '../checks/messages.ts';

/** Three times, since nobody answers it; apart, since packets are lost in bursts; and soon, since its owner waits for it. */
const SAID_AFTER_MS = [0, 15, 45] as const;

export interface Farewell {
  /** Takes an indication of whomever. */
  readonly receive: (arrival: Arrival, message: StunMessage) => void;
  /** Leaves the peer, at once where there is no path. */
  readonly leave: (now: number) => void;
  readonly isLeaving: () => boolean;
  /** Does what is due of leaving, or of the peer's having left; when the next thing will be. */
  readonly advance: (now: number) => number;
}

export function createFarewell(state: AgentState): Farewell {
  const { own, rejections } = state;
  /** When it is still to be said; null unless leaving. */
  let saidAt: readonly number[] | null = null;
  let hasPeerLeft = false;

  const say = (): void => {
    const { selected, peer } = state;
    if (!selected || !peer) return;
    const transactionId = state.randomBytes(TRANSACTION_ID_BYTES);
    const bytes = encodeFarewell({ transactionId, username: `${peer.ufrag}:${own.ufrag}`, key: peer.key });
    state.transmit(selected.local.socket, selected.remote.endpoint, bytes);
  };

  return {
    receive: ({ bytes }, message) => {
      if (attribute(message, 'PATH-CLOSED') === undefined) return;
      // An indication that is wrong is dropped without a word (RFC 8489 §9.1.3).
      const isForUs = attribute(message, 'USERNAME')?.startsWith(`${own.ufrag}:`);
      if (!isForUs) return rejections.add('wrong-username');
      if (checkIntegrity(bytes, { algorithm: 'sha1', key: own.key }) !== 'valid')
        return rejections.add('wrong-integrity');
      hasPeerLeft = true;
    },
    leave: (now) => {
      if (state.selected) saidAt = SAID_AFTER_MS.map((ms) => now + ms);
      else state.isClosed = true;
    },
    isLeaving: () => saidAt !== null,
    advance: (now) => {
      // Before there is a path it is kept: the answer that makes it one may come behind the farewell.
      if (hasPeerLeft && state.selected && !state.isClosed) {
        state.emit(now, { kind: 'closed-by-peer', pair: reportOf(state.selected) });
        state.isClosed = true;
      }
      if (!saidAt || state.isClosed) return Number.POSITIVE_INFINITY;
      for (const at of saidAt) if (at <= now) say();
      saidAt = saidAt.filter((at) => at > now);
      const [next] = saidAt;
      state.isClosed = next === undefined;
      return next ?? Number.POSITIVE_INFINITY;
    },
  };
}
