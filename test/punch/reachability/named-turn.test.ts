/** Which TURN servers a punch tries: those that the user names, and of those that the rendezvous names the ones it may. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Resolver } from '../../../src/net/lookup/resolver.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { openFirstRelay } from '../../../src/punch/reachability/relay.ts';
import type { TurnServerChoice } from '../../../src/punch/reachability/turn-choice.ts';
import { CREDENTIALS, startFakeTurnServer } from '../../net/turn/fake-server.ts';
import { startPunch, startPunchServer } from '../punches.ts';

const PUBLIC = '203.0.113.10';
const LOOPBACK = '127.0.0.1';

/** Somebody else's service on loopback: counts the connections and the datagrams that reach it. */
async function startService() {
  const reached: string[] = [];
  const tcp = createServer((socket) => {
    reached.push('tcp');
    socket.destroy();
  }).listen(0, LOOPBACK);
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = await openUdpSocket({ address: LOOPBACK, port });
  udp.onDatagram(() => reached.push('udp'));
  return {
    port,
    reached,
    [Symbol.asyncDispose]: async () => {
      await udp[Symbol.asyncDispose]();
      await new Promise((closed) => tcp.close(closed));
    },
  };
}

function resolverOf(names: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const resolver: Resolver = {
    addresses: async (host) => {
      asked.push(host);
      return (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4' }));
    },
    services: async () => [],
  };
  return { asked, resolver };
}

async function tried(servers: readonly TurnServerChoice[], resolver?: Resolver) {
  const notices: string[] = [];
  const signal = new AbortController().signal;
  const onNotice = (text: string): void => void notices.push(text);
  const result = await openFirstRelay(servers, { signal, resolver, onNotice });
  if (result.outcome === 'open') await result.relay[Symbol.asyncDispose]();
  return { result, notices };
}

const named = (by: string, ...urls: readonly string[]): TurnServerChoice => ({ urls, ...CREDENTIALS, namedBy: by });

describe('a TURN server that a public rendezvous names', () => {
  it.each([
    ['turn:127.0.0.1:2375', 'a loopback address'],
    ['turn:127.0.0.1:2375?transport=tcp', 'a loopback address'],
    ['turns:127.8.9.1:443', 'a loopback address'],
    ['turn:169.254.169.254:80?transport=tcp', 'a link-local address'],
    ['turn:10.0.0.1:22?transport=tcp', 'a private address'],
    ['turn:172.16.0.1', 'a private address'],
    ['turn:192.168.1.1:80?transport=tcp', 'a private address'],
    ['turn:100.64.0.1', 'a private address'],
    ['turn:224.0.0.251:5353', 'a multicast address'],
    ['turn:255.255.255.255', 'a broadcast address'],
    ['turn:0.0.0.0:2375?transport=tcp', 'an unspecified address'],
    ['turn:[::1]:2375?transport=tcp', 'a loopback address'],
    ['turn:[::]:2375', 'an unspecified address'],
    ['turn:[fe80::1]', 'a link-local address'],
    ['turn:[fd00::1]', 'a private address'],
    ['turn:[ff02::fb]:5353', 'a multicast address'],
    ['turn:[::ffff:127.0.0.1]:2375?transport=tcp', 'a loopback address'],
    ['turn:[64:ff9b::a00:1]', 'a private address'],
  ])('at %s is not tried', async (url, what) => {
    const { result, notices } = await tried([named(PUBLIC, url)]);
    expect(notices).toEqual([`the rendezvous names ${url}, ${what}: not tried`]);
    expect(result).toEqual({
      outcome: 'failed',
      details: [
        `${url}: whoever names the server may not name an address that is that close: ${what} [address-refused]`,
      ],
    });
  });

  it('on this host gets neither a connection nor a datagram', async () => {
    await using service = await startService();
    const at = `127.0.0.1:${service.port}`;
    const { result } = await tried([
      named(
        PUBLIC,
        `turn:${at}`,
        `turn:${at}?transport=tcp`,
        `turns:${at}`,
        `turn:0.0.0.0:${service.port}?transport=tcp`,
      ),
    ]);
    expect(result.outcome).toBe('failed');
    expect(service.reached).toEqual([]);
  });

  it('by a name is judged by all that the name leads to, and the name is looked up once', async () => {
    await using service = await startService();
    const { asked, resolver } = resolverOf({
      'one.example': [LOOPBACK],
      'many.example': ['203.0.113.20', '2001:db8::20', LOOPBACK],
    });
    const urls = ['one', 'many'].map((name) => `turn:${name}.example:${service.port}?transport=tcp`);
    const { notices } = await tried([named(PUBLIC, ...urls)], resolver);
    expect(notices).toEqual(
      urls.map((url) => `the rendezvous names ${url}, which is at 127.0.0.1, a loopback address: not tried`),
    );
    expect(asked).toEqual(['one.example', 'many.example']);
    expect(service.reached).toEqual([]);
  });

  const [mine] = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  it.runIf(mine)('at an address of this very host is not tried, whatever its scope', async () => {
    const url = `turn:${mine?.address}:2375?transport=tcp`;
    const { notices } = await tried([named('10.99.99.99', url)]);
    expect(notices).toEqual([`the rendezvous names ${url}, an address of this host: not tried`]);
  });

  it('is no reason to leave the others untried', async () => {
    await using turn = await startFakeTurnServer({ transport: 'udp' });
    const good = `turn:127.0.0.1:${turn.endpoint.port}`;
    const { result, notices } = await tried([named(PUBLIC, 'turn:10.0.0.1'), { urls: [good], ...CREDENTIALS }]);
    expect(result.outcome).toBe('open');
    expect(notices).toEqual(['the rendezvous names turn:10.0.0.1, a private address: not tried']);
  });

  it('with a URL that is none is left out, and what is said of it is printable', async () => {
    const { result, notices } = await tried([named(PUBLIC, 'turn:a b', 'turn:\u001b[31m', 'turn:x:99999')]);
    expect(notices).toEqual([
      'the rendezvous names turn:a?b, which is not a TURN URL: not tried',
      'the rendezvous names turn:?[31m, which is not a TURN URL: not tried',
      'the rendezvous names turn:x:99999, which is not a TURN URL: not tried',
    ]);
    expect(result.outcome).toBe('failed');
  });

  it('with a user name that none can have is left out', async () => {
    const username = '€'.repeat(400);
    const { notices } = await tried([{ ...named(PUBLIC, 'turn:203.0.113.20'), username }]);
    expect(notices).toEqual([
      'the rendezvous names turn:203.0.113.20, and a TURN user name has at most 508 bytes: not tried',
    ]);
  });

  it('is one of eight at most, over all servers', async () => {
    const { asked, resolver } = resolverOf({});
    const urls = (server: string): readonly string[] =>
      Array.from({ length: 5 }, (_, index) => `turn:${server}${index}.example`);
    const { result, notices } = await tried([named(PUBLIC, ...urls('a')), named(PUBLIC, ...urls('b'))], resolver);
    const first = [...urls('a'), ...urls('b').slice(0, 3)];
    expect(asked).toEqual(first.map((url) => url.slice('turn:'.length)));
    expect(notices).toEqual(['the rendezvous names 10 TURN URLs: the first 8 are tried']);
    expect(result).toEqual({
      outcome: 'failed',
      details: first.map(
        (url) =>
          `${url}: no name server knows an address of ${url.slice('turn:'.length)}: check how it is written [ENOTFOUND]`,
      ),
    });
  });
});

describe('a TURN server', () => {
  it('at the address of a rendezvous that is as close is tried', async () => {
    await using turn = await startFakeTurnServer({ transport: 'tcp' });
    const { resolver } = resolverOf({ 'turn.example': [LOOPBACK] });
    const url = `turn:turn.example:${turn.endpoint.port}?transport=tcp`;
    const { result, notices } = await tried([named('127.0.0.9', url)], resolver);
    expect([result.outcome, notices]).toEqual(['open', []]);
  });

  it('gets 28 bytes, of which the rendezvous has chosen none, until it has answered as one', async () => {
    const received: Buffer[] = [];
    const service = createServer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        received.push(bytes);
        socket.end('-ERR unknown command\r\n');
      });
    }).listen(0, LOOPBACK);
    await once(service, 'listening');
    const { port } = service.address() as AddressInfo;
    const username = 'FLUSHALL';
    const { result } = await tried([{ ...named(LOOPBACK, `turn:127.0.0.1:${port}?transport=tcp`), username }]);
    expect(result.outcome).toBe('failed');
    const [bytes] = received.map((one) => one.toString('hex'));
    // Allocate, the magic cookie, a random transaction id; REQUESTED-TRANSPORT is UDP.
    expect(bytes).toMatch(/^000300082112a442[0-9a-f]{24}0019000411000000$/);
    expect(received).toHaveLength(1);
    service.close();
  });

  it('that the user names is tried wherever it is', async () => {
    await using turn = await startFakeTurnServer({ transport: 'udp' });
    const { result } = await tried([{ urls: [`turn:127.0.0.1:${turn.endpoint.port}`], ...CREDENTIALS }]);
    expect(result.outcome).toBe('open');
  });

  it('sends nobody to an address that is closer than itself', async () => {
    await using service = await startService();
    const { address, port } = { address: '10.0.0.1', port: service.port };
    await using turn = await startFakeTurnServer({
      transport: 'tcp',
      refuse: () => ({ code: 300, attributes: [{ type: 'ALTERNATE-SERVER', value: { address, port } }] }),
    });
    const url = `turn:127.0.0.1:${turn.endpoint.port}?transport=tcp`;
    const what = `which sends its clients to 10.0.0.1:${port}, a private address`;
    const { result, notices } = await tried([named(LOOPBACK, url)]);
    expect(notices).toEqual([`the rendezvous names ${url}, ${what}: not tried`]);
    expect(result).toEqual({
      outcome: 'failed',
      details: [
        `${url}: whoever names the server may not name an address that is that close: ${what} [address-refused]`,
      ],
    });
    const own = await tried([{ urls: [url], ...CREDENTIALS }]);
    expect(own.result).toEqual({
      outcome: 'failed',
      details: [
        `${url}: whoever names the server may not name an address that is that close: ${what} [address-refused]`,
      ],
    });
  });
});

it('a punch tells what its rendezvous names in vain, and goes on without', async () => {
  const urls = ['turn:169.254.169.254:80?transport=tcp', 'turn:0.0.0.0:2375'];
  await using server = await startPunchServer({ otherTurn: { urls, secret: 'of the other server' } });
  const alice = startPunch(server, { id: 'alice', peer: 'bob', room: 'test' });
  const bob = startPunch(server, { id: 'bob', peer: 'alice', room: 'test' });
  await using one = await alice.result;
  await using other = await bob.result;
  expect([one.report.outcome, other.report.outcome]).toEqual(['direct', 'direct']);
  const refused = alice.notices.filter((text) => text.startsWith('the rendezvous names'));
  expect(refused).toEqual([
    'the rendezvous names turn:0.0.0.0:2375, an unspecified address: not tried',
    'the rendezvous names turn:169.254.169.254:80?transport=tcp, a link-local address: not tried',
  ]);
});
