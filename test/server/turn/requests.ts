/** TURN requests as a client writes them, for the state machine and for real sockets. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { type IntegrityAlgorithm, longTermKey } from '../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';

export const USER = { username: 'alice', password: 'north' } as const;
export const REALM = 'natcheck';
export const REQUESTED_TRANSPORT: Attribute = { type: 'REQUESTED-TRANSPORT', value: 17 };

/** What proves whose request it is. */
export interface Shown {
  readonly username: string;
  readonly password: string;
  readonly nonce: string;
  readonly algorithm?: IntegrityAlgorithm;
}

let made = 0;
/** Another one each time. */
export function transactionId(): Uint8Array {
  const id = new Uint8Array(12);
  new DataView(id.buffer).setUint32(0, ++made);
  return id;
}

export function requestBytes(
  method: number,
  attributes: readonly Attribute[],
  { shown, id = transactionId() }: { readonly shown?: Shown | undefined; readonly id?: Uint8Array } = {},
): Uint8Array {
  const message = { class: 'request', method, transactionId: id } as const;
  if (!shown) return encode({ ...message, attributes });
  const { username, password, nonce, algorithm = 'sha1' } = shown;
  return encode(
    {
      ...message,
      attributes: [
        ...attributes,
        { type: 'USERNAME', value: username },
        { type: 'REALM', value: REALM },
        { type: 'NONCE', value: nonce },
      ],
    },
    { integrity: { algorithm, key: longTermKey({ username, password, realm: REALM }) } },
  );
}

export function sendIndication(peer: Endpoint, data: Uint8Array, more: readonly Attribute[] = []): Uint8Array {
  return encode({
    class: 'indication',
    method: METHOD.send,
    transactionId: transactionId(),
    attributes: [{ type: 'XOR-PEER-ADDRESS', value: peer }, { type: 'DATA', value: data }, ...more],
  });
}

export const peerAddress = (value: Endpoint): Attribute => ({ type: 'XOR-PEER-ADDRESS', value });
export const channelNumber = (value: number): Attribute => ({ type: 'CHANNEL-NUMBER', value });
export const lifetime = (value: number): Attribute => ({ type: 'LIFETIME', value });

/** It has to be a STUN message. */
export function decoded(bytes: Uint8Array): StunMessage {
  const result = decode(bytes);
  if (!result.ok) throw new Error(`no STUN: ${result.error.code}`);
  return result.message;
}

/** `success`, or the code of the error. */
export function outcomeOf(message: StunMessage): 'success' | number {
  return attribute(message, 'ERROR-CODE')?.code ?? 'success';
}
