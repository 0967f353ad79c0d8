/** The Send indication: data to a peer without a channel, 36 bytes around it for IPv4 (RFC 8656 §11.1). */
import type { Endpoint } from '../../endpoint.ts';
import { encode } from '../../stun/encode.ts';
import { METHOD } from '../../stun/header.ts';

export function encodeSend({
  transactionId,
  peer,
  bytes,
}: {
  readonly transactionId: Uint8Array;
  readonly peer: Endpoint;
  readonly bytes: Uint8Array;
}): Uint8Array {
  return encode({
    class: 'indication',
    method: METHOD.send,
    transactionId,
    attributes: [
      { type: 'XOR-PEER-ADDRESS', value: peer },
      { type: 'DATA', value: bytes },
    ],
  });
}
