/** A message of a client in each step of its reading. */
import type { StunMessage } from '../../../src/stun/message.ts';
import type { Proof } from './access/users.ts';
import type { FiveTuple } from './five-tuple.ts';
import type { Allocation } from './state.ts';

/** One datagram, or one message of a stream. */
export interface TurnClientMessage {
  readonly fiveTuple: FiveTuple;
  readonly bytes: Uint8Array;
}

/** The message, decoded. */
export interface Received extends TurnClientMessage {
  readonly request: StunMessage;
}

/** A request that has shown who it is from. */
export interface AuthenticatedRequest {
  readonly fiveTuple: FiveTuple;
  readonly request: StunMessage;
  readonly proof: Proof;
}

/** A request on an allocation of the user that it is from. */
export interface AllocationRequest {
  readonly allocation: Allocation;
  readonly request: StunMessage;
}
