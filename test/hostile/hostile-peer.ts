/** A peer that knows the key of its introduction, or somebody beside it: what it sends to an attempt. */
import type { Random } from '../../lab/sim/network/random.ts';
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import { encodeCheck } from '../../src/ice/checks/messages.ts';
import type { IceCredentials } from '../../src/ice/credentials.ts';
import { otherRole, type Role } from '../../src/ice/role.ts';
import { PUNCH_SOCKET } from '../../src/punch/attempt/candidates/candidate-agent.ts';
import { iceCredentials } from '../../src/rendezvous/protocol/ice-credentials.ts';
import { shortTermKey } from '../../src/stun/integrity.ts';
import { type Holder, SERVER } from './holder.ts';
import { answerTo, anyMessage, damaged, requestIn } from './stun.ts';
import { chance, source, uint32 } from './values.ts';

export interface Keys {
  /** The credentials of the attempt under test. */
  readonly own: IceCredentials;
  readonly other: IceCredentials;
  /** The credentials of the peer. */
  readonly role: Role;
}

export function keysOf({ key, role }: { readonly key: string; readonly role: Role }): Keys {
  return { own: iceCredentials(key, role), other: iceCredentials(key, otherRole(role)), role: otherRole(role) };
}

/** To which socket, from where, and what: answers to what was sent, checks, and anything. */
export function inbound(
  random: Random,
  { holder, keys }: { readonly holder: Holder; readonly keys: Keys },
): { readonly socket: string; readonly from: Endpoint; readonly bytes: Uint8Array } {
  const { sent, sockets } = holder;
  const last = sent[random.integer(sent.length)];
  const socket = last && chance(random, 0.7) ? last.socket : (sockets[random.integer(sockets.length)] ?? PUNCH_SOCKET);
  const from = last && chance(random, 0.7) ? last.to : source(random);
  const bytes = (last && answer(random, { to: last.to, bytes: last.bytes, keys })) ?? said(random, keys);
  return { socket, from, bytes: damaged(random, bytes, 0.1) };
}

function answer(
  random: Random,
  { to, bytes, keys }: { readonly to: Endpoint; readonly bytes: Uint8Array; readonly keys: Keys },
): Uint8Array | null {
  const request = requestIn(bytes);
  if (!request) return null;
  const names = ['XOR-MAPPED-ADDRESS'] as const;
  if (sameEndpoint(to, SERVER) && chance(random, 0.7)) return answerTo(random, request, { names });
  const key = { algorithm: 'sha1', key: shortTermKey(keys.other.pwd) } as const;
  return chance(random, 0.4) ? answerTo(random, request, { names, key }) : null;
}

function said(random: Random, { own, other, role }: Keys): Uint8Array {
  if (chance(random, 0.15)) return chance(random, 0.5) ? anyMessage(random) : random.bytes(random.integer(64));
  return encodeCheck({
    transactionId: random.bytes(12),
    username: `${own.ufrag}:${chance(random, 0.9) ? other.ufrag : ''}`,
    key: shortTermKey(own.pwd),
    priority: uint32(random),
    role: chance(random, 0.8) ? role : otherRole(role),
    tieBreaker: random.pick([0n, 1n, 2n ** 63n, 2n ** 64n - 1n]),
    nominates: chance(random, 0.3),
  });
}
