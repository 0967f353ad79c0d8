/** What the relay has counted, for the metrics: plain numbers, one increment for an event. */
import { ERROR_CODES, type ErrorCode } from './error-code.ts';

export const DROP_REASONS = [
  /** Neither STUN nor ChannelData, or not well formed. */
  'malformed',
  /** A response, or an indication that no client sends. */
  'unexpected',
  /** FINGERPRINT does not fit. */
  'bad-fingerprint',
  /** Data of a client that has no allocation, or to an allocation that has ended. */
  'no-allocation',
  'no-permission',
  'no-channel',
  /** To where nothing is relayed. */
  'forbidden-peer',
  /** Beyond the bandwidth of the allocation, of its source, or of the whole relay. */
  'bandwidth',
  'source-bandwidth',
  'total-bandwidth',
  /** The client does not read what came for it. */
  'slow-client',
  /** An error beyond the share of a source without credentials. */
  'rate-limited',
  /** The system refused it, or too much was waiting to be sent. */
  'send-failed',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export const DIRECTIONS = ['to-peer', 'to-client'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface TurnCounts {
  /** Made, ever. */
  allocations: number;
  readonly refused: Record<ErrorCode, number>;
  readonly relayed: Record<Direction, { packets: number; bytes: number }>;
  readonly dropped: Record<DropReason, number>;
}

export function createTurnCounts(): TurnCounts {
  return {
    allocations: 0,
    refused: record(ERROR_CODES, () => 0),
    relayed: record(DIRECTIONS, () => ({ packets: 0, bytes: 0 })),
    dropped: record(DROP_REASONS, () => 0),
  };
}

function record<Key extends string | number, Value>(keys: readonly Key[], value: () => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value()])) as Record<Key, Value>;
}
