/** Several brokers at once, good and bad ones, on real sockets. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import { createResolver } from '../../../../src/net/lookup/resolver.ts';
import { type BrokerEvent, type BrokerPool, openBrokers } from '../../../../src/net/rendezvous/broker/pool.ts';
import { parseBrokerUrl } from '../../../../src/net/rendezvous/broker/url.ts';
import { LOOPBACK_TLS } from '../../../server/tls/loopback.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from './mqtt-broker.ts';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function brokerOf(options?: TestBrokerOptions): Promise<TestBroker> {
  const broker = await startTestBroker(options);
  held.push(broker);
  return broker;
}

interface Watched {
  readonly pool: BrokerPool;
  readonly events: BrokerEvent[];
  /** Resolves with the first event of that kind that the test has not been given yet. */
  readonly next: <K extends BrokerEvent['kind']>(kind: K) => Promise<Extract<BrokerEvent, { readonly kind: K }>>;
}

function poolOf(
  urls: readonly string[],
  options: { readonly ca?: string; readonly openTimeoutMs?: number } = {},
): Watched {
  const events: BrokerEvent[] = [];
  const unread: BrokerEvent[] = [];
  const waiting = new Set<() => void>();
  const pool = openBrokers({
    ...{ urls: urls.map(parseBrokerUrl), topic: 'topic', resolver: createResolver(), random: () => 0, ...options },
    onEvent: (event) => {
      events.push(event);
      unread.push(event);
      for (const check of waiting) check();
    },
  });
  held.push(pool);
  const next: Watched['next'] = (kind) =>
    new Promise((resolve) => {
      const check = (): void => {
        const at = unread.findIndex((event) => event.kind === kind);
        if (at < 0) return;
        waiting.delete(check);
        resolve(unread.splice(at, 1)[0] as never);
      };
      waiting.add(check);
      check();
    });
  return { pool, events, next };
}

/** A server that answers each connection with these bytes, as often as `times` says. */
async function serverOf(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  held.push({
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a message', () => {
  it.each([
    ['TCP', {}],
    ['TLS', { tls: LOOPBACK_TLS }],
    ['WebSockets', { webSocket: true }],
  ])('passes by a broker over %s, once, unretained, and not back to where it came from', async (_by, options) => {
    const broker = await brokerOf(options);
    const [one, other] = [1, 2].map(() => poolOf([broker.url], { ca: LOOPBACK_TLS.cert }));
    await Promise.all([one?.next('opened'), other?.next('opened')]);
    one?.pool.publish(null, new Uint8Array([1, 2, 3]));
    const heard = await other?.next('heard');
    expect(heard).toMatchObject({ broker: 0, bytes: Buffer.from([1, 2, 3]) });
    expect(broker.published).toMatchObject([{ topic: 'topic', retain: false, qos: 0 }]);
    expect(one?.events.filter(({ kind }) => kind === 'heard')).toEqual([]);
  });

  it('passes by the brokers that are there while others are not', async () => {
    const broker = await brokerOf();
    const urls = [
      await serverOf((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      broker.url,
      'mqtt://127.0.0.1:9',
    ];
    const [one, other] = [poolOf(urls), poolOf(urls)];
    await Promise.all([one.next('opened'), other.next('opened'), one.next('failed'), one.next('failed')]);
    one.pool.publish(null, new Uint8Array([7]));
    expect(await other.next('heard')).toMatchObject({ broker: 1, bytes: Buffer.from([7]) });
  });
});

describe('a broker', () => {
  it('that is lost is connected to again', async () => {
    const broker = await brokerOf();
    const { next } = poolOf([broker.url]);
    await next('opened');
    broker.cut();
    expect(await next('failed')).toMatchObject({ broker: 0, wasOpen: true });
    expect(await next('opened')).toMatchObject({ broker: 0 });
  });

  it('in place of which there is a spare one in the list is replaced by that', async () => {
    const brokers = [await brokerOf(), await brokerOf(), await brokerOf()];
    const { next, pool } = poolOf(['mqtt://127.0.0.1:9', ...brokers.map(({ url }) => url)]);
    await next('opened');
    await next('opened');
    await next('opened');
    expect(pool.open()).toBe(3);
  });

  it.each([
    ['refuses the connection', { onConnect: 'refuse' } as const, 'is no broker that can be used'],
    ['refuses the subscription', { onSubscribe: 'refuse' } as const, 'it refuses the subscription'],
    ['answers nothing', { onConnect: 'ignore' } as const, 'did not answer in time'],
  ])('that %s is told of by one sentence', async (_what, options, reason) => {
    const broker = await brokerOf(options);
    const { next } = poolOf([broker.url], { openTimeoutMs: 300 });
    expect((await next('failed')).reason).toContain(reason);
    expect((await next('all-failed')).reasons[0]).toContain(reason);
  });

  it('whose certificate nobody vouches for is not used', async () => {
    const broker = await brokerOf({ tls: LOOPBACK_TLS });
    const { next } = poolOf([broker.url]);
    expect((await next('failed')).reason).toMatch(
      /is signed by itself, so nobody vouches for it.*DEPTH_ZERO_SELF_SIGNED_CERT/,
    );
    expect(broker.published).toEqual([]);
  });

  it('that sends a flood is left', async () => {
    const broker = await brokerOf();
    const { next } = poolOf([broker.url]);
    await next('opened');
    for (let n = 0; n < 600; n++) broker.inject(new Uint8Array(2_048));
    expect((await next('failed')).reason).toMatch(/ sends more than any introduction needs$/);
  });

  it('that announces a packet without end is left before it is stored', async () => {
    const flood = Buffer.alloc(64 * 1024);
    // A PUBLISH of 256 MB (MQTT 5 §2.1.4).
    const url = await serverOf((socket) => {
      socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
      for (let n = 0; n < 20; n++) socket.write(flood);
    });
    expect((await poolOf([url]).next('failed')).reason).toMatch(/ sends more than any introduction needs$/);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('that answers with random bytes (%i) ends nothing but itself', async (seed) => {
    const random = createRandom(seed);
    const types = [0x20, 0x30, 0x40, 0x90, 0xd0, 0xe0, 0xf0];
    const url = await serverOf((socket) => {
      for (let n = 0; n < 40; n++) {
        const body = random.bytes(random.integer(30));
        socket.write(Buffer.from([random.pick(types as [number, ...number[]]), body.length, ...body]));
      }
      socket.end();
    });
    const { next, pool } = poolOf([url], { openTimeoutMs: 2_000 });
    expect((await next('failed')).broker).toBe(0);
    expect(pool.open()).toBe(0);
  });
});

it('when all are dead the reason of each is told', async () => {
  const urls = ['mqtt://127.0.0.1:9', await serverOf((socket) => socket.destroy()), 'mqtts://127.0.0.1:10'];
  const { reasons } = await poolOf(urls).next('all-failed');
  expect(reasons.toSorted()).toEqual([
    expect.stringMatching(/ended the connection/),
    expect.stringMatching(/nothing listens on TCP 127.0.0.1:10: .*\[ECONNREFUSED\]/),
    expect.stringMatching(/nothing listens on TCP 127.0.0.1:9: .*\[ECONNREFUSED\]/),
  ]);
});

it('a pool that is disposed of while it connects leaves nothing open', async () => {
  const broker = await brokerOf({ onConnect: 'ignore' });
  const { pool } = poolOf([broker.url, broker.url]);
  await pool[Symbol.asyncDispose]();
  expect(pool.open()).toBe(0);
});
