/**
 * Sets up flows through a server on loopback, each from a client to its peer, for a load generator that does nothing but
 * send and receive: every client gets an allocation and a way to its peer, and gives its port back to be bound again.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Attribute } from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { HEADER_BYTES, METHOD, TRANSACTION_ID_BYTES } from '../../src/stun/header.ts';
import { longTermKey } from '../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../src/stun/message.ts';
import { CHANNEL_HEADER_BYTES, encodeChannelData, FIRST_CHANNEL } from '../../src/turn/wire/channel-data.ts';
import type { Framing } from './relay-load.ts';
import { type Flow, USER } from './relay-servers.ts';

const HOST = '127.0.0.1';
/** The IANA protocol number of UDP. */
const UDP = 17;
/** Longer than any benchmark takes. */
const LIFETIME_S = 3600;
/** How long a server on the same machine may take to answer. */
const TIMEOUT_MS = 5_000;

/** What stands before the data, of so many bytes, in every message that the client sends. */
export function prefixOf(framing: Framing, { peerPort }: Flow, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  switch (framing) {
    case 'channels':
      return encodeChannelData({ channel: FIRST_CHANNEL, data }).subarray(0, CHANNEL_HEADER_BYTES);
    case 'indications':
      return sendIndication({ address: HOST, port: peerPort }, data).subarray(0, -bytes);
  }
}

function sendIndication(peer: Endpoint, data: Uint8Array): Uint8Array {
  // Else the message would end with padding.
  if (data.length % 4 !== 0) throw new RangeError(`${data.length} bytes are no multiple of four`);
  const attributes: readonly Attribute[] = [
    { type: 'XOR-PEER-ADDRESS', value: peer },
    { type: 'DATA', value: data },
  ];
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  return encode({ class: 'indication', method: METHOD.send, transactionId, attributes });
}

/** Makes the client's allocation and its way to the peer. @throws Error when the server refuses, or does not answer. */
export async function setUp(port: number, framing: Framing, flow: Flow): Promise<void> {
  await asClient(port, flow, async (ask) => {
    await ask(METHOD.allocate, [
      { type: 'REQUESTED-TRANSPORT', value: UDP },
      { type: 'LIFETIME', value: LIFETIME_S },
    ]);
  });
  await renew(port, framing, flow);
}

/** Renews the way to the peer, which ends after five minutes. @throws Error as `setUp` does. */
export async function renew(port: number, framing: Framing, flow: Flow): Promise<void> {
  const peer: Attribute = { type: 'XOR-PEER-ADDRESS', value: { address: HOST, port: flow.peerPort } };
  await asClient(port, flow, async (ask) => {
    if (framing === 'indications') await ask(METHOD.createPermission, [peer]);
    else await ask(METHOD.channelBind, [{ type: 'CHANNEL-NUMBER', value: FIRST_CHANNEL }, peer]);
  });
}

type Ask = (method: number, attributes: readonly Attribute[]) => Promise<void>;

/** Lends the client's port to `act`. */
async function asClient(port: number, { clientPort }: Flow, act: (ask: Ask) => Promise<void>): Promise<void> {
  const socket = createSocket('udp4');
  try {
    socket.bind(clientPort, HOST);
    await once(socket, 'listening');
    socket.connect(port, HOST);
    await once(socket, 'connect');
    await act((method, attributes) => askWithCredentials(socket, method, attributes));
  } finally {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}

/** Asks once to hear the nonce, and then with credentials. */
async function askWithCredentials(socket: Socket, method: number, attributes: readonly Attribute[]): Promise<void> {
  const message = () => ({ class: 'request', method, transactionId: randomBytes(TRANSACTION_ID_BYTES) }) as const;
  const challenge = await exchange(socket, encode({ ...message(), attributes }));
  const realm = attribute(challenge, 'REALM') ?? '';
  const shown: readonly Attribute[] = [
    { type: 'USERNAME', value: USER.name },
    { type: 'REALM', value: realm },
    { type: 'NONCE', value: attribute(challenge, 'NONCE') ?? '' },
  ];
  const key = longTermKey({ username: USER.name, realm, password: USER.password });
  const signed = encode(
    { ...message(), attributes: [...attributes, ...shown] },
    { integrity: { algorithm: 'sha1', key } },
  );
  const error = attribute(await exchange(socket, signed), 'ERROR-CODE');
  if (error) throw new Error(`the server refuses: ${error.code} ${error.reason}`);
}

/** Sends it and gives the next message, since nothing but the answer comes. */
async function exchange(socket: Socket, bytes: Uint8Array): Promise<StunMessage> {
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  socket.send(bytes);
  const [answer] = (await answered) as [Uint8Array];
  const decoded = decode(new Uint8Array(answer));
  if (!decoded.ok || answer.length < HEADER_BYTES) throw new Error('the server answers with something else than STUN');
  return decoded.message;
}
