/** What a side that wants a relay alone lets others see of its host: every packet and every message of a whole punch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { formatEndpoint } from '../../src/endpoint.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';
import { METHOD } from '../../src/stun/header.ts';
import { join } from '../net/rendezvous/peers.ts';
import { ownedProcess } from '../owner/owned-by-test.ts';
import { portsOf, type RunningPunch, startPunch, startPunchServer } from './punches.ts';
import type { Said } from './watched-punch.ts';

const PROGRAM = fileURLToPath(new URL('watched-punch.ts', import.meta.url));
const RELAY = { relay: { open: true, allowPrivate: true } } as const;
const ROOM = 'test';
/** The address of the host that hides; no other socket of these tests is bound to it. */
const HIDDEN = '127.0.0.77';
/** The same in bytes, and as XOR-MAPPED-ADDRESS and its like have it (RFC 8489 §14.2). */
const HIDDEN_HEX = ['7f00004d', '5e12a40f'];
/** Its peer is told of a relay and of nothing else, not even of where that sees it (RFC 8839 §5.1). */
const RELAY_LINE = /^candidate:\d+ 1 udp \d+ 127\.0\.0\.1 \d+ typ relay raddr 0\.0\.0\.0 rport 9$/;

type Of<K extends Said['kind']> = Extract<Said, { readonly kind: K }>;

interface Watched extends AsyncDisposable {
  /** All that it said, once it has ended. */
  readonly said: Promise<readonly Said[]>;
}

/** Alice, who wants a relay alone, in a process of her own. */
function watchAlice(server: NatcheckServer): Watched {
  const options = {
    id: 'alice',
    peer: 'bob',
    room: ROOM,
    mode: 'relay-only',
    local: HIDDEN,
    server: `127.0.0.1:${portsOf(server).port}`,
    rendezvous: `ws://127.0.0.1:${server.httpPort}`,
  };
  const child = ownedProcess(
    spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const ended = once(child, 'close');
  const said = text(child.stdout).then((lines) =>
    lines
      .trim()
      .split('\n')
      .map((line): Said => JSON.parse(line)),
  );
  return {
    said,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const of = <K extends Said['kind']>(said: readonly Said[], kind: K): readonly Of<K>[] =>
  said.filter((one): one is Of<K> => one.kind === kind);

/** ChannelData (RFC 8656 §12.4), or a method of TURN: none is a plain Binding request. */
function isTurn(hex: string): boolean {
  const type = Number.parseInt(hex.slice(0, 4), 16);
  const method = (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2);
  return type >> 14 === 1 || method !== METHOD.binding;
}

function expectHidden(said: readonly Said[], server: NatcheckServer): void {
  const datagrams = of(said, 'datagram');
  expect(datagrams.length).toBeGreaterThan(3);
  // One socket, the TURN client's, and one connection, the rendezvous's; TURN is tried over TCP too where UDP takes long.
  expect(new Set(datagrams.map(({ socket, to }) => `${socket} to ${to}`))).toEqual(
    new Set([`0 to 127.0.0.1:${portsOf(server).port}`]),
  );
  expect(datagrams.filter(({ hex }) => !isTurn(hex))).toEqual([]);
  const [rendezvous, turn] = [`127.0.0.1:${server.httpPort}`, `127.0.0.1:${portsOf(server).port}`];
  const connections = of(said, 'connection').map(({ to }) => to);
  expect(connections.filter((to) => to !== turn)).toEqual([rendezvous]);
  expect(datagrams.filter(({ hex }) => HIDDEN_HEX.some((one) => hex.includes(one)))).toEqual([]);
  const messages = of(said, 'message').map((one) => one.text);
  expect(messages.filter((message) => message.includes(HIDDEN))).toEqual([]);
  expect(messages.map((message) => JSON.parse(message)).filter(({ type }) => type === 'ask')).toEqual([
    {
      type: 'ask',
      peer: 'bob',
      candidates: [expect.stringMatching(RELAY_LINE)],
      behavior: { mapping: 'undetermined', filtering: 'undetermined' },
    },
  ]);
  expect(messages.filter((message) => message.includes('"signal"'))).toEqual([]);
}

/** What an ordinary peer of hers does. */
async function answer(bob: RunningPunch): Promise<void> {
  await using punched = await bob.result;
  const { path, report } = punched;
  expect(report).toMatchObject({ outcome: 'relayed', plan: { technique: 'relay' } });
  const heard = new Promise<Uint8Array>((resolve) => path?.onData(resolve));
  expect(new TextDecoder().decode(await heard)).toBe('from the hidden one');
  path?.send(new TextEncoder().encode('heard'));
  expect(await punched.upgraded).toBeNull();
}

const MOVING = {
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  allocation: { kind: 'random', step: null, range: null },
} as const;

describe.concurrent('a side that wants a relay alone sends to nobody but the TURN server, and tells nobody where it is', () => {
  it.each(['any', 'relay-only'] as const)('toward a peer whose mode is %s', async (mode) => {
    await using server = await startPunchServer(RELAY);
    await using alice = watchAlice(server);
    await answer(startPunch(server, { id: 'bob', peer: 'alice', room: ROOM, mode }));
    const said = await alice.said;
    expect(of(said, 'report')).toMatchObject([{ report: { outcome: 'relayed', local: null, technique: 'relay' } }]);
    expectHidden(said, server);
  });

  it('toward one that tells of false candidates, of ports, and of a NAT that calls for a birthday', async () => {
    await using server = await startPunchServer(RELAY);
    await using trap = await openUdpSocket({ address: '127.0.0.3', port: 0 });
    const sources = new Set<string>();
    trap.onDatagram((_bytes, from) => sources.add(formatEndpoint(from)));
    const { address, port } = trap.local;
    await using alice = watchAlice(server);
    await using bob = await join(server, 'bob');
    await bob.bind();
    const candidates = ['host', 'srflx', 'relay'].map((type) => `1 1 udp 1000 ${address} ${port} typ ${type}`);
    bob.client.ask('alice', { candidates, behavior: MOVING });
    const introduction = await bob.next('introduction');
    for (let told = 0; told < 10; told++) {
      bob.client.signal('alice', JSON.stringify({ type: 'ports', ports: [port] }));
    }
    const said = await alice.said;
    expectHidden(said, server);
    const { endpoint } = introduction;
    expect(introduction).toMatchObject({
      candidates: [expect.stringMatching(RELAY_LINE)],
      behavior: { mapping: 'undetermined', filtering: 'undetermined' },
    });
    expect(introduction.candidates[0]).toContain(` ${endpoint.address} ${endpoint.port} typ relay `);
    expect(of(said, 'report')).toMatchObject([{ report: { reason: 'no-path', local: null, public: endpoint } }]);
    expect([...sources]).toEqual([formatEndpoint(endpoint)]);
  });
});
