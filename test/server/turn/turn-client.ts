/** A TURN client of a few lines over real sockets: UDP, TCP or TLS to the server, one request at a time. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import { decodeChannelData, encodeChannelData } from '../../../src/turn/wire/channel-data.ts';
import { createStreamReader } from '../../../src/turn/wire/stream.ts';
import {
  channelNumber,
  decoded,
  outcomeOf,
  peerAddress,
  REQUESTED_TRANSPORT,
  requestBytes,
  sendIndication,
  USER,
} from './requests.ts';

export const HOST = '127.0.0.1';

interface Wire extends AsyncDisposable {
  readonly send: (bytes: Uint8Array) => void;
  readonly closed: Promise<void>;
  readonly pause: () => void;
}

async function openUdp(to: Endpoint, receive: (bytes: Uint8Array) => void): Promise<Wire> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  socket.on('message', receive);
  return {
    send: (bytes) => socket.send(bytes, to.port, to.address),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    pause: () => {},
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

async function openStream(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  receive: (bytes: Uint8Array) => void,
): Promise<Wire> {
  await once(socket, ready);
  const reader = createStreamReader();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => reader.push(chunk)?.forEach(receive));
  return {
    send: (bytes) => void socket.write(bytes),
    closed,
    pause: () => void socket.pause(),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await closed;
    },
  };
}

export interface TurnClientOptions {
  readonly transport?: 'udp' | 'tcp' | 'tls';
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
}

export interface TurnClient extends Wire {
  /** With credentials, once a nonce is there. */
  readonly ask: (method: number, attributes?: readonly Attribute[]) => Promise<StunMessage>;
  readonly outcome: (method: number, attributes?: readonly Attribute[]) => Promise<'success' | number>;
  /** Gives the relayed endpoint. */
  readonly allocate: () => Promise<Endpoint>;
  readonly permit: (peer: Endpoint) => Promise<'success' | number>;
  readonly bind: (channel: number, peer: Endpoint) => Promise<'success' | number>;
  readonly sendTo: (peer: Endpoint, data: string) => void;
  readonly sendOn: (channel: number, data: string | Uint8Array) => void;
  /** The next data that was relayed to it, a character for each byte. */
  readonly data: () => Promise<{ readonly via: number | Endpoint; readonly data: string }>;
  /** How much has come that was not taken. */
  readonly waiting: () => number;
}

export async function openTurnClient(port: number, options: TurnClientOptions = {}): Promise<TurnClient> {
  const { transport = 'udp', username = USER.username, password = USER.password, ca } = options;
  const to = { address: HOST, port };
  const answers: StunMessage[] = [];
  const data: { readonly via: number | Endpoint; readonly data: string }[] = [];
  let wake = (): void => {};
  const receive = (bytes: Uint8Array): void => {
    const framed = decodeChannelData(bytes);
    const text = (one: Uint8Array): string => Buffer.from(one).toString('latin1');
    if (framed) data.push({ via: framed.channel, data: text(framed.data) });
    else {
      const message = decoded(bytes);
      const peer = attribute(message, 'XOR-PEER-ADDRESS');
      if (peer) data.push({ via: peer, data: text(attribute(message, 'DATA') ?? new Uint8Array()) });
      else answers.push(message);
    }
    wake();
  };
  const next = async <One>(queue: One[]): Promise<One> => {
    for (;;) {
      const one = queue.shift();
      if (one !== undefined) return one;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const wire =
    transport === 'udp'
      ? await openUdp(to, receive)
      : transport === 'tcp'
        ? await openStream(connect(port, HOST), 'connect', receive)
        : await openStream(connectTls({ port, host: HOST, ...(ca && { ca }) }), 'secureConnect', receive);
  const isStream = transport !== 'udp';
  let nonce = '';
  const exchange = (bytes: Uint8Array): Promise<StunMessage> => {
    wire.send(bytes);
    return next(answers);
  };
  const ask = async (method: number, attributes: readonly Attribute[] = []): Promise<StunMessage> => {
    nonce ||= attribute(await exchange(requestBytes(method, attributes)), 'NONCE') ?? '';
    return exchange(requestBytes(method, attributes, { shown: { username, password, nonce } }));
  };
  const outcome = async (method: number, attributes: readonly Attribute[] = []) =>
    outcomeOf(await ask(method, attributes));
  return {
    ...wire,
    ask,
    outcome,
    allocate: async () => {
      const answer = await ask(METHOD.allocate, [REQUESTED_TRANSPORT]);
      const relayed = attribute(answer, 'XOR-RELAYED-ADDRESS');
      if (!relayed) throw new Error(`refused: ${outcomeOf(answer)}`);
      return relayed;
    },
    permit: (peer) => outcome(METHOD.createPermission, [peerAddress(peer)]),
    bind: (channel, peer) => outcome(METHOD.channelBind, [channelNumber(channel), peerAddress(peer)]),
    sendTo: (peer, text) => wire.send(sendIndication(peer, Buffer.from(text))),
    sendOn: (channel, text) =>
      wire.send(encodeChannelData({ channel, data: Buffer.from(text as string) }, { padded: isStream })),
    data: () => next(data),
    waiting: () => data.length,
  };
}
