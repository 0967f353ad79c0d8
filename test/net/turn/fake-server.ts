/** A TURN server in a few lines, over UDP, TCP or TLS on loopback: one user, one allocation, and it does what it is told. */
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Endpoint } from '../../../src/endpoint.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { checkIntegrity, longTermKey } from '../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import type { TurnTransportName } from '../../../src/turn/url.ts';
import { decodeChannelData, encodeChannelData, isChannelData } from '../../../src/turn/wire/channel-data.ts';
import { createStreamReader } from '../../../src/turn/wire/stream.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';

export const CREDENTIALS = { username: 'alice', password: 'wonderland' };
const REALM = 'loopback';
const KEY = longTermKey({ ...CREDENTIALS, realm: REALM });
const LOOPBACK = '127.0.0.1';

export interface FakeTurnServer extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** The methods of the requests and indications that came, with `:CODE` where one was refused. */
  readonly log: string[];
  /** Ends the connections of all clients. */
  readonly hangUp: () => void;
  /** Sends these bytes to the last client. */
  readonly say: (bytes: Uint8Array) => void;
}

export interface Behavior {
  readonly transport: TurnTransportName;
  /** Refuses the n-th signed Allocate, from 0, with what it gives; null lets it pass. */
  readonly refuse?: (allocate: number) => { readonly code: number; readonly attributes?: readonly Attribute[] } | null;
  /** Accepts connections and datagrams, and says nothing. */
  readonly isMute?: boolean;
}

interface Client {
  readonly from: Endpoint;
  readonly write: (bytes: Uint8Array) => void;
}

const NAMES = new Map<number, string>(Object.entries(METHOD).map(([name, code]) => [code, name]));

export async function startFakeTurnServer({
  transport,
  refuse = () => null,
  isMute = false,
}: Behavior): Promise<FakeTurnServer> {
  const log: string[] = [];
  const sockets = new Set<Socket>();
  const relay = await openUdpSocket({ address: LOOPBACK, port: 0 });
  const channels = new Map<number, Endpoint>();
  const permitted = new Set<string>();
  let allocates = 0;
  let last: Client | null = null;
  const keyOf = ({ address, port }: Endpoint): string => `${address} ${port}`;

  relay.onDatagram((bytes, from) => {
    if (!permitted.has(from.address)) return;
    const [channel] = [...channels].find(([, peer]) => keyOf(peer) === keyOf(from)) ?? [];
    last?.write(
      channel === undefined
        ? encode({
            class: 'indication',
            method: METHOD.data,
            transactionId: new Uint8Array(12),
            attributes: [
              { type: 'XOR-PEER-ADDRESS', value: from },
              { type: 'DATA', value: bytes },
            ],
          })
        : encodeChannelData({ channel, data: bytes }, { padded: transport !== 'udp' }),
    );
  });

  const answer = (
    client: Client,
    request: StunMessage,
    attributes: readonly Attribute[],
    code: number | null,
  ): void => {
    const error: Attribute[] = code === null ? [] : [{ type: 'ERROR-CODE', value: { code, reason: '' } }];
    client.write(
      encode(
        { ...request, class: code === null ? 'success' : 'error', attributes: [...error, ...attributes] },
        code === 401 ? {} : { integrity: { algorithm: 'sha1', key: KEY } },
      ),
    );
  };

  const handle = (client: Client, bytes: Uint8Array): void => {
    last = client;
    if (isMute) return;
    if (isChannelData(bytes)) {
      log.push('channelData');
      const framed = decodeChannelData(bytes);
      const peer = framed && channels.get(framed.channel);
      if (peer) relay.send(framed.data, peer, () => {});
      return;
    }
    const decoded = decode(bytes);
    if (!decoded.ok) throw new Error(`the client sent ${decoded.error.code}`);
    const { message } = decoded;
    const peer = attribute(message, 'XOR-PEER-ADDRESS');
    const isSigned = checkIntegrity(bytes, { algorithm: 'sha1', key: KEY }) === 'valid';
    const refused = !isSigned || message.method !== METHOD.allocate ? null : refuse(allocates++);
    const code = message.class === 'request' && !isSigned ? 401 : (refused?.code ?? null);
    log.push(`${NAMES.get(message.method)}${code === null ? '' : `:${code}`}`);
    if (code !== null) {
      const challenge: Attribute[] = [
        { type: 'REALM', value: REALM },
        { type: 'NONCE', value: 'nonce' },
      ];
      answer(client, message, code === 401 ? challenge : (refused?.attributes ?? []), code);
      return;
    }
    switch (message.method) {
      case METHOD.send: {
        const data = attribute(message, 'DATA');
        if (peer && data && permitted.has(peer.address)) relay.send(data, peer, () => {});
        return;
      }
      case METHOD.allocate: {
        const attributes: Attribute[] = [
          { type: 'XOR-RELAYED-ADDRESS', value: relay.local },
          { type: 'XOR-MAPPED-ADDRESS', value: client.from },
          { type: 'LIFETIME', value: 600 },
        ];
        answer(client, message, attributes, null);
        return;
      }
      case METHOD.channelBind:
        if (peer) channels.set(attribute(message, 'CHANNEL-NUMBER') ?? 0, peer);
        answer(client, message, [], null);
        return;
      default:
        if (peer) permitted.add(peer.address);
        answer(client, message, [], null);
    }
  };

  const clientOn = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const reader = createStreamReader();
    const client: Client = { from, write: (bytes) => void socket.write(bytes) };
    socket.on('data', (chunk: Buffer) => {
      for (const message of reader.push(chunk) ?? []) handle(client, message);
    });
  };
  const listener: Server | null =
    transport === 'udp'
      ? null
      : transport === 'tls'
        ? createTlsServer(LOOPBACK_TLS, clientOn)
        : createTcpServer(clientOn);
  const udp = listener ? null : await openUdpSocket({ address: LOOPBACK, port: 0 });
  udp?.onDatagram((bytes, from) =>
    handle({ from, write: (answered) => udp.send(answered, from, () => {}) }, new Uint8Array(bytes)),
  );
  if (listener) await once(listener.listen(0, LOOPBACK), 'listening');
  const port = listener ? (listener.address() as AddressInfo).port : (udp?.local.port ?? 0);
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    endpoint: { address: LOOPBACK, port },
    log,
    hangUp,
    say: (bytes) => last?.write(bytes),
    [Symbol.asyncDispose]: async () => {
      hangUp();
      await relay[Symbol.asyncDispose]();
      await udp?.[Symbol.asyncDispose]();
      await new Promise<void>((resolve) => (listener ? listener.close(() => resolve()) : resolve()));
    },
  };
}
