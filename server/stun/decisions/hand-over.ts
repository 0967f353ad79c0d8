/**
 * What a server with one address tells its partner, for the partner to answer the client from the other address
 * (RFC 5780 §6.1). It is no message to send: the partner makes the reply itself, so that nobody has it send anything but
 * the answer to a Binding.
 */
import { mayName, scopeOf } from '../../../src/address-scope.ts';
import { type Endpoint, familyOf } from '../../../src/endpoint.ts';
import { CLASSIC_TRANSACTION_ID_BYTES, METHOD } from '../../../src/stun/header.ts';
import type { StunMessage } from '../../../src/stun/message.ts';
import { departure, isOwn, type Layout } from './layout.ts';
import { successBytes } from './reply.ts';

export interface HandOver {
  /** 12 bytes, or 16 of a classic request. */
  readonly transactionId: Uint8Array;
  /** Whether the request has a FINGERPRINT, so that the reply has one. */
  readonly hasFingerprint: boolean;
  /** The endpoint that the request came from. */
  readonly mapped: Endpoint;
  /** The port of that address which the reply goes to. */
  readonly toPort: number;
  /** Which of its two ports the request came to. */
  readonly arrivedAt: 'port' | 'altPort';
  readonly changesPort: boolean;
  /** The length of the request, as far as a reply may fill it. */
  readonly requestBytes: number;
}

/** Why a partner's hand-over gets no reply. */
export const HAND_OVER_REFUSALS = [
  /** The reply would go to one of the two servers: it would make a loop. */
  'own-endpoint',
  /** A port is 0, or the address is of another family. */
  'no-endpoint',
  /** The address is closer than the server's own: nobody has this server send into its own network. */
  'out-of-scope',
] as const;
export type HandOverRefusal = (typeof HAND_OVER_REFUSALS)[number];

export interface HandedOverReply {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/**
 * Makes the reply to a request that came to the partner, as one server with both addresses would. PADDING is left out,
 * so that no reply is longer than the hand-over.
 */
export function handedOverReply(layout: Layout, handOver: HandOver): HandedOverReply | HandOverRefusal {
  const { transactionId, hasFingerprint, mapped, toPort, arrivedAt, changesPort, requestBytes } = handOver;
  const to = { address: mapped.address, port: toPort };
  const refusal = refusalOf(layout, mapped, to);
  if (refusal) return refusal;
  const [address] = layout.addresses;
  const arrived = { address, port: layout[arrivedAt] };
  const from = departure(layout, arrived, { ip: false, port: changesPort });
  const request: StunMessage = {
    class: 'request',
    method: METHOD.binding,
    transactionId,
    attributes: hasFingerprint && transactionId.length !== CLASSIC_TRANSACTION_ID_BYTES ? [FINGERPRINT] : [],
  };
  const bytes = successBytes(request, {
    mapped,
    origin: from,
    other: departure(layout, arrived, { ip: false, port: true }),
    software: layout.software,
    redirected: true,
    requestBytes,
  });
  return { from, to, bytes };
}

/** Its value is that of no message; what counts is that it is there. */
const FINGERPRINT = { type: 'FINGERPRINT', value: 0 } as const;

/** Why nothing is sent there for a partner, to the endpoint `to` of the client that has been seen at `mapped`; null when it may be. */
export function refusalOf(layout: Layout, mapped: Endpoint, to: Endpoint): HandOverRefusal | null {
  const [own] = layout.addresses;
  if (mapped.port === 0 || to.port === 0 || familyOf(mapped.address) !== familyOf(own)) return 'no-endpoint';
  if (isOwn(layout, mapped) || isOwn(layout, to)) return 'own-endpoint';
  return mayName(scopeOf(own), scopeOf(mapped.address)) ? null : 'out-of-scope';
}
