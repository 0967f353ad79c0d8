/**
 * `natcheck/stun`: STUN messages (RFC 8489, with the attributes of RFC 3489, 5780, 8445 and 8656) as bytes and as plain data,
 * and the client transaction. Nothing here holds a socket or a timer. See docs/stun.md.
 */
export type { Endpoint, Family } from '../endpoint.ts';
export type {
  Attribute,
  AttributeName,
  AttributeValue,
  KnownAttribute,
  OpaqueAttribute,
  PasswordAlgorithm,
} from './attribute.ts';
export { createBinding, reflexiveEndpoint } from './binding.ts';
export { type Decoded, decode } from './decode.ts';
export type { DecodeError, DecodeErrorCode } from './decode-error.ts';
export { type EncodeOptions, encode } from './encode.ts';
export { hasValidFingerprint } from './fingerprint.ts';
export { METHOD, type MessageClass, TRANSACTION_ID_BYTES } from './header.ts';
export { checkIntegrity, type IntegrityAlgorithm, longTermKey, shortTermKey } from './integrity.ts';
export { attribute, isClassic, type StunMessage, unknownRequired } from './message.ts';
export {
  createTransaction,
  type RetransmissionSchedule,
  RFC8489_SCHEDULE,
  type StunResponse,
  type Transaction,
  type TransactionOptions,
  type TransactionStep,
} from './transaction.ts';
