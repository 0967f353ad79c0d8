/**
 * Permissions: which peer addresses the server lets through, in both directions (RFC 8656 §9, §10). One is asked for with
 * the first datagram to an address, which waits for it, and is kept alive as long as something goes to or comes from there.
 */
import { METHOD } from '../stun/header.ts';
import { sendToPeer } from './channel.ts';
import { leaseFrom, NO_LEASE, PERMISSION_LIFETIME_MS } from './pace.ts';
import { emit, lose, type PeerData, type Permission, type RequestOutcome, type State } from './state.ts';
import { ask, failureOf } from './transactions.ts';

/** Twice as many remote candidates as an ICE agent keeps and finds by itself: addresses beyond it are a flood. */
const PERMISSIONS_MAX = 256;
/** How many datagrams wait for one permission; a later one takes the place of the oldest. */
const WAITING_MAX = 8;

/** `waiting`: the datagram is kept until the server has answered. */
export type SendAdmission = 'granted' | 'waiting' | 'refused' | 'too-many';

/** Says whether a datagram may go to that peer now; asks the server where it has to. */
export function admit(now: number, state: State, { peer, bytes }: PeerData): SendAdmission {
  const { permissions } = state;
  const { address } = peer;
  const known = permissions.get(address);
  if (!known && permissions.size >= PERMISSIONS_MAX) return 'too-many';
  const permission = known ?? addPermission(now, state, address);
  if (permission.state === 'refused') return 'refused';
  permission.isUsed = known !== undefined;
  if (permission.state === 'granted') return 'granted';
  if (permission.waiting.length === WAITING_MAX) permission.waiting.shift();
  permission.waiting.push({ peer, bytes: new Uint8Array(bytes) });
  return 'waiting';
}

/** Whether data of that address can have come through the server; keeps its permission alive. */
export function isPermitted({ permissions }: State, address: string): boolean {
  const permission = permissions.get(address);
  if (!permission || permission.state === 'refused') return false;
  permission.isUsed = true;
  return true;
}

/** Refreshes and forgets what is due; when the next thing will be. */
export function advancePermissions(now: number, state: State): number {
  const { permissions } = state;
  let next = Number.POSITIVE_INFINITY;
  for (const [address, permission] of permissions) {
    if (now >= permission.expiresAt && !permission.isAsking) {
      permissions.delete(address);
      continue;
    }
    const isDue = now >= permission.refreshAt && !permission.isAsking;
    if (isDue && permission.isUsed) createPermission(now, state, { address, permission });
    if (permission.isAsking) continue;
    const { refreshAt, expiresAt } = permission;
    next = Math.min(next, isDue ? expiresAt : Math.min(refreshAt, expiresAt));
  }
  return next;
}

function addPermission(now: number, state: State, address: string): Permission {
  const permission: Permission = { state: 'new', isAsking: false, isUsed: false, ...NO_LEASE, waiting: [] };
  state.permissions.set(address, permission);
  createPermission(now, state, { address, permission });
  return permission;
}

interface Named {
  readonly address: string;
  readonly permission: Permission;
}

/** Asks for the permission, or to refresh it (RFC 8656 §10.1). */
function createPermission(askedAt: number, state: State, { address, permission }: Named): void {
  permission.isAsking = true;
  permission.isUsed = false;
  ask(askedAt, state, {
    method: METHOD.createPermission,
    attributes: [{ type: 'XOR-PEER-ADDRESS', value: { address, port: 0 } }],
    settle: (now, outcome) => {
      permission.isAsking = false;
      if (outcome.kind !== 'success') return denied(now, state, { address, permission, outcome });
      permission.state = 'granted';
      Object.assign(permission, leaseFrom(askedAt, PERMISSION_LIFETIME_MS));
      for (const data of permission.waiting.splice(0)) sendToPeer(state, data);
    },
  });
}

function denied(
  now: number,
  state: State,
  { address, permission, outcome }: Named & { readonly outcome: Exclude<RequestOutcome, { kind: 'success' }> },
): void {
  permission.waiting = [];
  const failure = failureOf(outcome);
  if (failure.reason === 'allocation-mismatch') {
    lose(now, state, failure);
  } else if (outcome.kind === 'error') {
    permission.state = 'refused';
    permission.refreshAt = Number.POSITIVE_INFINITY;
    permission.expiresAt = now + PERMISSION_LIFETIME_MS;
    emit(now, state, { kind: 'peer-refused', address, ...failure });
  } else if (permission.state === 'new') {
    // The next datagram asks again.
    state.permissions.delete(address);
  } else {
    permission.refreshAt = now;
  }
}
