/** Why a byte string is not a STUN message: a value with a code and a place, never an exception. */

export type DecodeErrorCode =
  /** Fewer bytes than a header, or than the header says. */
  | 'truncated'
  /** More bytes than the header says: not one datagram of STUN. */
  | 'trailing-bytes'
  /** The two most significant bits are not zero (RFC 8489 §5). */
  | 'not-stun'
  /** The message length is not a multiple of four (RFC 8489 §5). */
  | 'unaligned-length'
  /** An attribute reaches beyond the message. */
  | 'attribute-overrun'
  /** An attribute has a length that its type does not have. */
  | 'attribute-length'
  /** An attribute has a value that its type does not have. */
  | 'attribute-value';

export interface DecodeError {
  readonly code: DecodeErrorCode;
  /** Byte offset in the datagram at which it went wrong. */
  readonly offset: number;
}
