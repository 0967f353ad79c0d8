/**
 * The comprehension-required attributes that each method may carry here; a request with any other is answered with 420.
 */
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { METHOD } from '../../../src/stun/header.ts';

const CREDENTIALS: readonly AttributeName[] = [
  'USERNAME',
  'REALM',
  'NONCE',
  'MESSAGE-INTEGRITY',
  'MESSAGE-INTEGRITY-SHA256',
];

/** DONT-FRAGMENT is missing, since Node cannot set that bit for a datagram; RFC 8656 §7.2 has 420 for this case. */
const UNDERSTOOD: ReadonlyMap<number, ReadonlySet<AttributeName>> = new Map([
  [
    METHOD.allocate,
    new Set<AttributeName>([
      ...CREDENTIALS,
      'REQUESTED-TRANSPORT',
      'REQUESTED-ADDRESS-FAMILY',
      'EVEN-PORT',
      'RESERVATION-TOKEN',
      'LIFETIME',
    ]),
  ],
  [METHOD.refresh, new Set<AttributeName>([...CREDENTIALS, 'LIFETIME', 'REQUESTED-ADDRESS-FAMILY'])],
  [METHOD.createPermission, new Set<AttributeName>([...CREDENTIALS, 'XOR-PEER-ADDRESS'])],
  [METHOD.channelBind, new Set<AttributeName>([...CREDENTIALS, 'XOR-PEER-ADDRESS', 'CHANNEL-NUMBER'])],
  [METHOD.send, new Set<AttributeName>(['XOR-PEER-ADDRESS', 'DATA'])],
]);

const NONE: ReadonlySet<AttributeName> = new Set();

export function understood(method: number): ReadonlySet<AttributeName> {
  return UNDERSTOOD.get(method) ?? NONE;
}
