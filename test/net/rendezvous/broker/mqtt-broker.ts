/** A small MQTT 5 broker on loopback, over TCP, TLS or WebSockets: it passes on what is published, and can be made to misbehave. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import { createWebSocketStream, WebSocketServer } from 'ws';

export interface TestBroker extends AsyncDisposable {
  readonly url: string;
  /** How many messages were published, and each of them. */
  readonly published: readonly Published[];
  /** How many clients are connected. */
  readonly clients: () => number;
  /** Cuts every connection, without a word. */
  readonly cut: () => void;
  /** Gives every subscriber a message, as somebody else's. */
  readonly inject: (payload: Uint8Array) => void;
}

export interface Published {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly qos: number;
}

interface Client {
  readonly socket: Duplex;
  readonly topics: Set<string>;
}

interface State {
  readonly clients: Set<Client>;
  readonly published: Published[];
  readonly onConnect: 'accept' | 'refuse' | 'ignore';
  readonly onSubscribe: 'accept' | 'refuse';
}

export interface TestBrokerOptions extends Partial<Pick<State, 'onConnect' | 'onSubscribe'>> {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether it speaks MQTT over WebSockets (MQTT 5 §6). */
  readonly webSocket?: boolean;
  readonly port?: number;
}

const MQTT5 = { protocolVersion: 5 };

export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const { tls, webSocket = false, port = 0, onConnect = 'accept', onSubscribe = 'accept' } = options;
  const state: State = { clients: new Set(), published: [], onConnect, onSubscribe };
  const take = (socket: Duplex): void => serve(state, socket);
  const server: Server = webSocket ? webSocketServer(take) : tls ? createTlsServer(tls, take) : createServer(take);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const { socket } of state.clients) socket.destroy();
  };
  return {
    url: `${webSocket ? 'ws' : tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${bound}`,
    published: state.published,
    clients: () => state.clients.size,
    cut,
    inject: (payload) => {
      for (const client of state.clients) {
        for (const topic of client.topics) send(client, publishOf(topic, payload));
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      cut();
      if (server.listening) await once(server, 'close');
    },
  };
}

function webSocketServer(take: (socket: Duplex) => void): Server {
  const server = createHttpServer();
  new WebSocketServer({ server }).on('connection', (socket) => take(createWebSocketStream(socket)));
  return server;
}

function serve(state: State, socket: Duplex): void {
  const client: Client = { socket, topics: new Set() };
  state.clients.add(client);
  const packets = parser(MQTT5);
  packets.on('packet', (packet) => obey(state, client, packet));
  packets.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => packets.parse(bytes));
  socket.on('error', () => {});
  socket.on('close', () => state.clients.delete(client));
}

function obey(state: State, client: Client, packet: Packet): void {
  const { clients, published, onConnect, onSubscribe } = state;
  switch (packet.cmd) {
    case 'connect':
      if (onConnect !== 'ignore') {
        send(client, { cmd: 'connack', reasonCode: onConnect === 'accept' ? 0 : 0x87, sessionPresent: false });
      }
      break;
    case 'subscribe':
      for (const { topic } of packet.subscriptions) client.topics.add(topic);
      send(client, {
        cmd: 'suback',
        messageId: packet.messageId ?? 0,
        granted: packet.subscriptions.map(() => (onSubscribe === 'accept' ? 0 : 0x87)),
      });
      break;
    case 'publish': {
      const { topic, retain, qos } = packet;
      const payload = Buffer.from(packet.payload as Buffer);
      published.push({ topic, payload, retain, qos });
      // The clients subscribe without hearing themselves.
      for (const other of clients) {
        if (other !== client && other.topics.has(topic)) send(other, publishOf(topic, payload));
      }
      break;
    }
    case 'pingreq':
      send(client, { cmd: 'pingresp' });
      break;
    case 'disconnect':
      client.socket.end();
      break;
  }
}

function publishOf(topic: string, payload: Uint8Array): Packet {
  return { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false };
}

function send({ socket }: Client, packet: Packet): void {
  if (!socket.destroyed) socket.write(generate(packet, MQTT5));
}
