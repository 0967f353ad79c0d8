/** The counts of the STUN service: plain numbers, one increment for an event, read by the metrics. */
import type { Family } from '../../src/endpoint.ts';
import { HEADER_BYTES, MAGIC_COOKIE, type MessageClass, unpackType } from '../../src/stun/header.ts';
import { DROP_REASONS } from './decisions/responder.ts';

export const TRANSPORTS = ['udp4', 'udp6'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** `other` counts what has no STUN header. */
export const RECEIVED_CLASSES = ['request', 'indication', 'success', 'error', 'other'] as const;
type ReceivedClass = (typeof RECEIVED_CLASSES)[number];

export const REPLY_CLASSES = ['success', 'error'] as const satisfies readonly MessageClass[];
type ReplyClass = (typeof REPLY_CLASSES)[number];

/** Why a datagram got no reply: the responder's reasons, and those of the service around it. */
export const UNANSWERED_REASONS = [
  ...DROP_REASONS,
  /** The source, or its network, has had its share of replies. */
  'rate-limited',
  /** The system refused the reply, or too much was waiting to be sent. */
  'send-failed',
] as const;
export type UnansweredReason = (typeof UNANSWERED_REASONS)[number];

export interface StunCounts {
  readonly received: Record<Transport, Record<ReceivedClass, { modern: number; classic: number }>>;
  readonly replied: Record<Transport, Record<ReplyClass, { direct: number; redirected: number }>>;
  readonly unanswered: Record<UnansweredReason, number>;
}

export function createStunCounts(): StunCounts {
  return {
    received: record(TRANSPORTS, () => record(RECEIVED_CLASSES, () => ({ modern: 0, classic: 0 }))),
    replied: record(TRANSPORTS, () => record(REPLY_CLASSES, () => ({ direct: 0, redirected: 0 }))),
    unanswered: record(UNANSWERED_REASONS, () => 0),
  };
}

export function transportOf(family: Family): Transport {
  return family === 'IPv4' ? 'udp4' : 'udp6';
}

/** Reads the class that a datagram's header claims, and its form: classic is without the magic cookie. */
export function headerOf(datagram: Uint8Array): { readonly class: ReceivedClass; readonly form: 'modern' | 'classic' } {
  const [first = 0xff, second = 0] = datagram;
  if (datagram.length < HEADER_BYTES || first > 0x3f) return { class: 'other', form: 'modern' };
  const cookie = new DataView(datagram.buffer, datagram.byteOffset).getUint32(4);
  return { class: unpackType((first << 8) | second).class, form: cookie === MAGIC_COOKIE ? 'modern' : 'classic' };
}

function record<Key extends string, Value>(keys: readonly Key[], value: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value()])) as Record<Key, Value>;
}
