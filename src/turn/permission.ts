/**
 * Permissions: which peer addresses the server lets through, in both directions (RFC 8656 §9, §10). One is asked for with
 * the first datagram to an address, which waits for it, and is kept alive as long as something goes to or comes from there.
 */
import type { Endpoint } from '../endpoint.ts';
import { METHOD } from '../stun/header.ts';
import { type ClientState, failureOf } from './client-state.ts';
import { PERMISSION_LIFETIME_MS, refreshAfterMs } from './pace.ts';
import type { Answer } from './transaction.ts';

/** Twice what an ICE agent keeps of remote candidates and finds by itself: addresses beyond it are a flood. */
const PERMISSIONS_MAX = 256;
/** Datagrams that wait for one permission; a later one takes the place of the oldest. */
const WAITING_MAX = 8;

/** `waiting`: kept until the server has answered. */
export type Admission = 'granted' | 'waiting' | 'refused' | 'too-many';

export interface Permissions {
  /** Whether a datagram may go to that peer now; asks the server where it has to. */
  readonly admit: (now: number, peer: Endpoint, bytes: Uint8Array) => Admission;
  /** Whether data of that address can have come through the server; keeps its permission alive. */
  readonly expects: (address: string) => boolean;
  /** Refreshes and forgets what is due; when the next thing will be. */
  readonly advance: (now: number) => number;
}

interface Permission {
  state: 'new' | 'granted' | 'refused';
  isAsking: boolean;
  /** Since it was last asked for. */
  isUsed: boolean;
  refreshAt: number;
  endsAt: number;
  waiting: { readonly peer: Endpoint; readonly bytes: Uint8Array }[];
}

/** @param deliver sends what has waited. */
export function createPermissions(
  state: ClientState,
  deliver: (now: number, peer: Endpoint, bytes: Uint8Array) => void,
): Permissions {
  const permissions = new Map<string, Permission>();

  const ask = (askedAt: number, address: string, one: Permission): void => {
    one.isAsking = true;
    one.isUsed = false;
    const attributes = [{ type: 'XOR-PEER-ADDRESS', value: { address, port: 0 } } as const];
    state.transactions.ask(askedAt, { method: METHOD.createPermission, attributes }, (now, answer) => {
      one.isAsking = false;
      settle(now, { address, one, askedAt, answer });
    });
  };

  const settle = (
    now: number,
    asked: {
      readonly address: string;
      readonly one: Permission;
      readonly askedAt: number;
      readonly answer: Answer;
    },
  ): void => {
    const { address, one, askedAt, answer } = asked;
    if (answer.kind === 'success') {
      one.state = 'granted';
      one.refreshAt = askedAt + refreshAfterMs(PERMISSION_LIFETIME_MS);
      one.endsAt = askedAt + PERMISSION_LIFETIME_MS;
      for (const { peer, bytes } of one.waiting.splice(0)) deliver(now, peer, bytes);
      return;
    }
    one.waiting = [];
    const failure = failureOf(answer);
    if (failure.reason === 'allocation-mismatch') {
      state.lose(now, failure);
    } else if (answer.kind === 'error') {
      one.state = 'refused';
      one.refreshAt = Number.POSITIVE_INFINITY;
      one.endsAt = now + PERMISSION_LIFETIME_MS;
      state.emit(now, { kind: 'peer-refused', address, ...failure });
    } else if (one.state === 'new') {
      // The next datagram asks again.
      permissions.delete(address);
    } else {
      one.refreshAt = now;
    }
  };

  const create = (now: number, address: string): Permission => {
    const one: Permission = {
      state: 'new',
      isAsking: false,
      isUsed: false,
      refreshAt: Number.POSITIVE_INFINITY,
      endsAt: Number.POSITIVE_INFINITY,
      waiting: [],
    };
    permissions.set(address, one);
    ask(now, address, one);
    return one;
  };

  return {
    admit: (now, peer, bytes) => {
      const { address } = peer;
      const known = permissions.get(address);
      if (!known && permissions.size >= PERMISSIONS_MAX) return 'too-many';
      const one = known ?? create(now, address);
      if (one.state === 'refused') return 'refused';
      one.isUsed = known !== undefined;
      if (one.state === 'granted') return 'granted';
      if (one.waiting.length === WAITING_MAX) one.waiting.shift();
      one.waiting.push({ peer, bytes: new Uint8Array(bytes) });
      return 'waiting';
    },
    expects: (address) => {
      const one = permissions.get(address);
      if (!one || one.state === 'refused') return false;
      one.isUsed = true;
      return true;
    },
    advance: (now) => {
      let next = Number.POSITIVE_INFINITY;
      for (const [address, one] of permissions) {
        if (now >= one.endsAt && !one.isAsking) {
          permissions.delete(address);
          continue;
        }
        const isDue = now >= one.refreshAt && !one.isAsking;
        if (isDue && one.isUsed) ask(now, address, one);
        if (one.isAsking) continue;
        next = Math.min(next, isDue ? one.endsAt : Math.min(one.refreshAt, one.endsAt));
      }
      return next;
    },
  };
}
