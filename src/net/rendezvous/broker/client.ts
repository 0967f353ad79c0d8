/** A connection to one broker, by MQTT 5 (`mqtt`), that hears and says what belongs to one topic. */
import { randomInt } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { visible } from '../../../visible.ts';
import { now } from '../../driver.ts';
import { codeOf, explainCode } from '../../explain-code.ts';
import type { Resolver } from '../../lookup/resolver.ts';
import { FLOOD, openBrokerStream } from './stream.ts';
import type { BrokerUrl } from './url.ts';

/** The time for name lookup, connection, TLS handshake, CONNECT and SUBSCRIBE together. */
const OPEN_TIMEOUT_MS = 8_000;
/** Within 1.5 of these a broker that has lost us ends the session (MQTT 5 §3.1.2.10); NATs keep TCP mappings for far longer. */
const KEEPALIVE_S = 60;
/** More than the longest sealed message with what MQTT adds. */
const PACKET_MAX_BYTES = 64 * 1024;
/** A message that could not be delivered by then is of no use. */
const EXPIRY_S = 10;
/** The longest id that every broker has to take, of the characters that it has to take (MQTT 5 §3.1.3.1). */
const CLIENT_ID_LENGTH = 23;
const CLIENT_ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** A goodbye may take that long. */
const END_TIMEOUT_MS = 1_000;

export interface BrokerClient extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Publishes a message, at most once, and not kept by the broker. */
  readonly publish: (bytes: Uint8Array) => void;
  /** Resolves with one sentence when the connection has ended. */
  readonly closed: Promise<string>;
}

export interface BrokerClientOptions {
  readonly topic: string;
  /** Called with each message of others; what is longer than any of ours is dropped. */
  readonly onMessage: (bytes: Uint8Array) => void;
  readonly ca?: string | undefined;
  /** The time until it has to be subscribed to; default: OPEN_TIMEOUT_MS. */
  readonly openTimeoutMs?: number | undefined;
  readonly resolver: Resolver;
  readonly signal: AbortSignal;
}

export type OpenedBroker =
  | { readonly outcome: 'open'; readonly client: BrokerClient }
  /** One sentence. */
  | { readonly outcome: 'failed'; readonly reason: string };

/** Connects and subscribes. @throws the signal's reason when aborted. */
export async function openBroker(url: BrokerUrl, options: BrokerClientOptions): Promise<OpenedBroker> {
  const { topic, signal, openTimeoutMs = OPEN_TIMEOUT_MS } = options;
  const client = await createMqttClient(url, options);
  const ended = endOf(client, url);
  const abort = (): void => void client.end(true);
  const timer = setTimeout(() => ended.resolve(`${url.name} did not answer in time`), openTimeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  let isOpen = false;
  try {
    const opened = await Promise.race([subscribed(client, topic), ended.promise]);
    signal.throwIfAborted();
    if (opened !== null) return { outcome: 'failed', reason: opened };
    isOpen = true;
    return { outcome: 'open', client: clientOf(client, { topic, closed: ended.promise }) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    if (!isOpen) client.end(true);
  }
}

async function createMqttClient(url: BrokerUrl, options: BrokerClientOptions): Promise<MqttClient> {
  const { topic, onMessage, signal } = options;
  // It is loaded by those alone who meet through brokers.
  const { MqttClient: Client } = await import('mqtt');
  signal.throwIfAborted();
  const client = new Client(() => openBrokerStream(url, { ...options, now }), {
    protocolVersion: 5,
    clientId: Array.from({ length: CLIENT_ID_LENGTH }, () => CLIENT_ID_ALPHABET[randomInt(62)]).join(''),
    clean: true,
    keepalive: KEEPALIVE_S,
    // The timer of whoever opens it is first.
    connectTimeout: 2 * OPEN_TIMEOUT_MS,
    // Whether and when to come back is decided by the owner.
    ...{ reconnectPeriod: 0, resubscribe: false, queueQoSZero: false },
    ...(url.username !== undefined && { username: url.username }),
    ...(url.password !== undefined && { password: url.password }),
    properties: { maximumPacketSize: PACKET_MAX_BYTES, sessionExpiryInterval: 0 },
  });
  client.on('message', (heard, payload) => {
    if (heard === topic) onMessage(payload);
  });
  return client;
}

/** Resolves with null when the topic is subscribed to, and with one sentence when the broker refuses it. */
async function subscribed(client: MqttClient, topic: string): Promise<string | null> {
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  try {
    // What this side publishes it does not have to hear itself.
    await client.subscribeAsync(topic, { qos: 0, nl: true, rh: 2 });
    return null;
  } catch (error) {
    return `it refuses the subscription: ${messageOf(error)}`;
  }
}

/** Takes every end of the connection, so that no error of it goes anywhere else. */
function endOf(client: MqttClient, url: BrokerUrl): PromiseWithResolvers<string> {
  const ended = Promise.withResolvers<string>();
  client.on('error', (error) => {
    ended.resolve(explain(error, url));
    client.end(true);
  });
  client.on('disconnect', ({ reasonCode }) =>
    ended.resolve(`${url.name} ended the session with reason ${reasonCode ?? 0}`),
  );
  client.on('close', () => ended.resolve(`${url.name} ended the connection`));
  return ended;
}

function explain(error: Error & { readonly code?: unknown }, url: BrokerUrl): string {
  const { scheme, name, host, port } = url;
  const { code } = error;
  if (code === FLOOD) return `${name} sends more than any introduction needs`;
  if (typeof code === 'string') {
    const way = scheme === 'mqtt' || scheme === 'ws' ? 'mqtt' : 'mqtts';
    return explainCode(codeOf(error as NodeJS.ErrnoException), { way, host, port });
  }
  // What the library could not read, in its words, says nothing more than this.
  if (!('code' in error)) return `${name} does not speak MQTT: is it a broker?`;
  return `${name} is no broker that can be used: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return visible(error instanceof Error ? error.message : String(error));
}

function clientOf(
  client: MqttClient,
  { topic, closed }: { readonly topic: string; readonly closed: Promise<string> },
): BrokerClient {
  return {
    publish: (bytes) => {
      if (!client.connected) return;
      client.publish(topic, Buffer.from(bytes), {
        qos: 0,
        retain: false,
        properties: { messageExpiryInterval: EXPIRY_S },
      });
    },
    closed,
    [Symbol.asyncDispose]: () => end(client),
  };
}

/** Says goodbye, and does not wait for long. */
async function end(client: MqttClient): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => client.end(true, () => resolve()), END_TIMEOUT_MS);
  client.end(false, () => resolve());
  await promise;
  clearTimeout(timer);
}
