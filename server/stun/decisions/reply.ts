/** The bytes of a reply to a Binding request: a success or an error, in today's form or the classic one. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { encode } from '../../../src/stun/encode.ts';
import { attribute, isClassic, type StunMessage } from '../../../src/stun/message.ts';

/** The length of an attribute's header, which precedes its value. */
const ATTRIBUTE_HEADER_BYTES = 4;

export interface Success {
  /** The endpoint that the request came from. */
  readonly mapped: Endpoint;
  /** The endpoint that the reply leaves from. */
  readonly origin: Endpoint;
  /** The other address with the other port; null where the server has one address. */
  readonly other: Endpoint | null;
  readonly software: string | undefined;
  /**
   * Whether the reply leaves from another socket, or for another port, than the request had, as in a behaviour test.
   */
  readonly redirected: boolean;
  /** The length of the request; SOFTWARE and PADDING make no reply longer than that. */
  readonly requestBytes: number;
}

/** Builds a success as RFC 5780 §6.1 has it, or RFC 3489 §8.1 for a classic request. */
export function successBytes(request: StunMessage, success: Success): Uint8Array {
  if (isClassic(request)) return replyBytes(request, { kind: 'success', attributes: classicSuccess(success) });
  const attributes = modernSuccess(success);
  const bytes = replyBytes(request, { kind: 'success', attributes });
  return success.requestBytes > bytes.length ? filledBytes(request, success, attributes) : bytes;
}

/** Adds SOFTWARE, and the PADDING that was asked for, as far as the length of the request goes. */
function filledBytes(
  request: StunMessage,
  { software, requestBytes }: Success,
  least: readonly Attribute[],
): Uint8Array {
  const named: readonly Attribute[] =
    software === undefined ? least : [...least, { type: 'SOFTWARE', value: software }];
  const isNamed = replyBytes(request, { kind: 'success', attributes: named }).length <= requestBytes;
  const attributes = isNamed ? named : least;
  const bytes = replyBytes(request, { kind: 'success', attributes });
  const padding = attribute(request, 'PADDING');
  if (padding === undefined) return bytes;
  // RFC 5780 §7.6 pads up to the MTU, which makes an amplifier: a small request would get a large reply.
  const room = Math.min(padding.length, requestBytes - bytes.length - ATTRIBUTE_HEADER_BYTES);
  const length = room - (room % 4);
  if (length <= 0) return bytes;
  const padded: readonly Attribute[] = [...attributes, { type: 'PADDING', value: new Uint8Array(length) }];
  return replyBytes(request, { kind: 'success', attributes: padded });
}

/**
 * The attributes in today's form. MAPPED-ADDRESS says the same as XOR-MAPPED-ADDRESS, and RFC 8489 §6.3.1 has it for
 * classic clients only; a behaviour test gets both, to compare them and find a middlebox that rewrites addresses. A
 * plain request, whose source may be forged, gets one.
 */
function modernSuccess({ mapped, origin, other, redirected }: Success): readonly Attribute[] {
  const attributes: Attribute[] = [{ type: 'XOR-MAPPED-ADDRESS', value: mapped }];
  if (redirected) attributes.push({ type: 'MAPPED-ADDRESS', value: mapped });
  attributes.push({ type: 'RESPONSE-ORIGIN', value: origin });
  if (other) attributes.push({ type: 'OTHER-ADDRESS', value: other });
  return attributes;
}

function classicSuccess({ mapped, origin, other }: Success): readonly Attribute[] {
  const attributes: Attribute[] = [
    { type: 'MAPPED-ADDRESS', value: mapped },
    { type: 'SOURCE-ADDRESS', value: origin },
  ];
  if (other) attributes.push({ type: 'CHANGED-ADDRESS', value: other });
  return attributes;
}

/** Builds a 400 (RFC 8489 §14.8): the request is well formed but cannot be met as it is. */
export function badRequestBytes(request: StunMessage): Uint8Array {
  return replyBytes(request, {
    kind: 'error',
    attributes: [{ type: 'ERROR-CODE', value: { code: 400, reason: 'Bad Request' } }],
  });
}

/**
 * Builds a 420 with the list (RFC 8489 §6.3.1). Its reason phrase is empty, so that the reply to a list of any length
 * is no longer than the request, or than 56 bytes, the longest plain success over IPv4.
 */
export function unknownAttributesBytes(request: StunMessage, codes: readonly number[]): Uint8Array {
  const classic = isClassic(request);
  // RFC 3489 §11.2.10 has no padding: a type is listed twice to make the value a multiple of four.
  const list = classic && codes.length % 2 === 1 ? [...codes, ...codes.slice(-1)] : codes;
  return replyBytes(request, {
    kind: 'error',
    attributes: [
      { type: 'ERROR-CODE', value: { code: 420, reason: '' } },
      { type: 'UNKNOWN-ATTRIBUTES', value: list },
    ],
  });
}

/**
 * Builds a 401 (RFC 8489 §9.1.3): there is no such ticket, it has expired, or the integrity does not match its
 * password.
 */
export function unauthenticatedBytes(request: StunMessage): Uint8Array {
  return replyBytes(request, {
    kind: 'error',
    attributes: [{ type: 'ERROR-CODE', value: { code: 401, reason: 'Unauthenticated' } }],
  });
}

/** Builds a 438 (RFC 8489 §9.2.4): the client is to ask again with this nonce. */
export function staleNonceBytes(request: StunMessage, nonce: string): Uint8Array {
  return replyBytes(request, {
    kind: 'error',
    attributes: [
      { type: 'ERROR-CODE', value: { code: 438, reason: 'Stale Nonce' } },
      { type: 'NONCE', value: nonce },
    ],
  });
}

/**
 * Builds a success with nothing but the mapped endpoint, so that with its integrity it is no longer than a plain one.
 */
export function boundBytes(request: StunMessage, mapped: Endpoint, key: Uint8Array): Uint8Array {
  return replyBytes(request, { kind: 'success', attributes: [{ type: 'XOR-MAPPED-ADDRESS', value: mapped }], key });
}

/** Adds FINGERPRINT if the request has one (RFC 8489 §6.3.1.1); classic clients do not know it. */
function replyBytes(
  request: StunMessage,
  reply: {
    readonly kind: 'success' | 'error';
    readonly attributes: readonly Attribute[];
    readonly key?: Uint8Array;
  },
): Uint8Array {
  const { method, transactionId } = request;
  const { kind, attributes, key } = reply;
  const fingerprint = !isClassic(request) && attribute(request, 'FINGERPRINT') !== undefined;
  const integrity = key && { integrity: { algorithm: 'sha256', key } as const };
  return encode({ class: kind, method, transactionId, attributes }, { fingerprint, ...integrity });
}
