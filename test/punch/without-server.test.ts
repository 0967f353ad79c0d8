/** Two peers that meet through brokers on loopback, and whose sockets a STUN server sees that knows nothing of them. */
import { afterEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { openRoom } from '../../src/punch/open-room.ts';
import type { PunchRoom, RoomOptions } from '../../src/punch/options.ts';
import { startTestBroker, type TestBroker } from '../net/rendezvous/broker/mqtt-broker.ts';
import { startTestServer } from '../net/rendezvous/peers.ts';

const KEY = new Uint8Array(32).fill(1);
const DEAD = 'mqtt://127.0.0.1:9';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function hold<T extends AsyncDisposable>(resource: T): T {
  held.push(resource);
  return resource;
}

async function stunServers(): Promise<string[]> {
  const { addresses } = hold(await startTestServer());
  return addresses.slice(0, 1).map(({ address, port }) => `${address}:${port}`);
}

async function roomOf(
  id: string,
  options: Partial<RoomOptions> & { readonly brokers: readonly string[]; readonly key?: Uint8Array },
): Promise<{ readonly room: PunchRoom; readonly notices: string[] }> {
  const { brokers, key = KEY, ...rest } = options;
  const notices: string[] = [];
  const room = await openRoom({
    ...{ id, portMapping: false, ...rest },
    meeting: { kind: 'broker', brokers, topic: 'topic', key },
    onNotice: (text) => void notices.push(text),
  });
  return { room: hold(room), notices };
}

describe('two peers without a server', () => {
  it('open a direct path through the brokers that live', async () => {
    const brokers: TestBroker[] = [hold(await startTestBroker()), hold(await startTestBroker())];
    const common = { brokers: [...brokers.map(({ url }) => url), DEAD], stunServers: await stunServers() };
    const [alice, bob] = await Promise.all([roomOf('alice', common), roomOf('bob', common)]);
    const [hers, his] = await Promise.all([alice.room.connect('bob'), bob.room.connect('alice')]);
    expect([hers.report.outcome, his.report.outcome]).toEqual(['direct', 'direct']);
    expect(hers.introduction?.key).toBe(his.introduction?.key);
    const heard = new Promise((resolve) => his.path?.onData((bytes) => resolve(Buffer.from(bytes).toString())));
    hers.path?.send(Buffer.from('hello'));
    expect(await heard).toBe('hello');
    expect(alice.notices.filter((text) => text.includes('a broker is left out'))).toEqual([
      expect.stringMatching(/^a broker is left out: nothing listens on TCP 127\.0\.0\.1:9/),
    ]);
  });

  it('are told who is there', async () => {
    const broker = hold(await startTestBroker());
    const common = { brokers: [broker.url], stunServers: await stunServers() };
    const [alice] = await Promise.all([roomOf('alice', common), roomOf('bob', common)]);
    for await (const peer of alice.room.present) {
      expect(peer).toBe('bob');
      break;
    }
  });

  it('do not meet with another key', async () => {
    const broker = hold(await startTestBroker());
    const common = { brokers: [broker.url], stunServers: await stunServers() };
    const alice = await roomOf('alice', common);
    await roomOf('bob', { ...common, key: KEY.map((byte) => byte + 1) });
    const { report } = await alice.room.connect('bob', { waitMs: 1_500 });
    expect(report).toMatchObject({ outcome: 'failed', reason: 'no-peer' });
  });
});

describe('a peer without a server', () => {
  it('is told why each broker is of no use when none is of any', async () => {
    const broker = hold(await startTestBroker({ onConnect: 'refuse' }));
    const { room } = await roomOf('alice', { brokers: [broker.url, DEAD], stunServers: await stunServers() });
    const { report } = await room.connect('bob', { waitMs: 10_000 });
    expect(report).toMatchObject({ outcome: 'failed', reason: 'rendezvous-unreachable' });
    expect(report.detail).toMatch(/is no broker that can be used: /);
    expect(report.detail).toMatch(/(^|; )nothing listens on TCP 127\.0\.0\.1:9/);
  });

  it.each([
    ['no broker', { meeting: { kind: 'broker', brokers: [], topic: 't', key: KEY } }, 'name at least one broker'],
    ['what is no broker', { meeting: { kind: 'broker', brokers: ['x'], topic: 't', key: KEY } }, "'x' is not a broker"],
    ['a topic for everybody', { meeting: { kind: 'broker', topic: '#', key: KEY } }, 'the topic is not'],
    ['a short key', { meeting: { kind: 'broker', topic: 't', key: new Uint8Array(16) } }, 'the key has 16 bytes'],
    ['a server as well', { server: 'x', meeting: { kind: 'broker', topic: 't', key: KEY } }, 'but not both'],
    ['nothing at all', {}, 'name a server'],
  ] as const)('that names %s is told what to write', async (_what, options, message) => {
    const opening = openRoom({ id: 'alice', ...options });
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(message);
  });

  it('whose STUN servers have no address is told so', async () => {
    const { room } = await roomOf('alice', { brokers: [DEAD], stunServers: ['stun.invalid'] });
    const { report } = await room.connect('bob');
    expect(['unknown-host', 'dns-silent']).toContain(report.reason);
    expect(report.detail).toContain('stun.invalid');
  });
});
