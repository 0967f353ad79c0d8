/**
 * The 20-byte STUN header (RFC 8489 §5): message type bits, magic cookie, transaction id.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |0 0|     STUN Message Type     |         Message Length        |
 *   |                         Magic Cookie                          |
 *   |                     Transaction ID (96 bits)                  |
 */

export const HEADER_BYTES = 20;
export const MAGIC_COOKIE = 0x2112a442;
/** The length of a transaction id after the magic cookie (RFC 8489 §5). */
export const TRANSACTION_ID_BYTES = 12;
/** The length of one without a cookie, whose place is part of the id (RFC 3489 §11.1). */
export const CLASSIC_TRANSACTION_ID_BYTES = 16;

export type MessageClass = 'request' | 'indication' | 'success' | 'error';

/** C1 and C0 at their places in the type field (RFC 8489 §5, figure 3). */
const CLASS_BITS = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;
const CLASS_OF_BITS = new Map<number, MessageClass>(
  (Object.keys(CLASS_BITS) as MessageClass[]).map((name) => [CLASS_BITS[name], name]),
);

/** Methods of RFC 8489 §18.2, RFC 8656 §17 and RFC 6062 §6.2.1; any other 12-bit number passes as it is. */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

export function packType(messageClass: MessageClass, method: number): number {
  const methodBits = (method & 0x00f) | ((method & 0x070) << 1) | ((method & 0xf80) << 2);
  return methodBits | CLASS_BITS[messageClass];
}

export function unpackType(type: number): { readonly class: MessageClass; readonly method: number } {
  const method = (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2);
  return { class: CLASS_OF_BITS.get(type & 0x0110) ?? 'request', method };
}
