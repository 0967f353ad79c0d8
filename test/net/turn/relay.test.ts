/** natcheck's relay on natcheck's own TURN server, over real sockets on loopback; and an ICE agent that takes it for a socket. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type NatcheckServer, type RelayServerOptions, startServer } from '../../../server/index.ts';
import { createIceAgent } from '../../../src/ice/agent.ts';
import { createCredentials } from '../../../src/ice/credentials.ts';
import type { Role } from '../../../src/ice/role.ts';
import { now, startDriver } from '../../../src/net/driver.ts';
import { openRelay, type RelayOptions } from '../../../src/net/turn/relay.ts';
import type { RelayEvent, RelaySocket } from '../../../src/net/turn/relay-socket.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { timeLimitedCredentials } from '../../../src/turn/credentials.ts';
import type { TurnTransportName } from '../../../src/turn/url.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';

const HOST = '127.0.0.1';
const SECRET = 'known to the server and its friends';
const ALICE = { username: 'alice', password: 'wonderland' };

function start(relay: Partial<RelayServerOptions> = {}): Promise<NatcheckServer> {
  return startServer({
    ip: [HOST],
    ...{ port: 0, altPort: 0, httpPort: 0 },
    tls: LOOPBACK_TLS,
    relay: {
      open: true,
      users: [{ name: ALICE.username, password: ALICE.password }],
      secret: SECRET,
      allowPrivate: true,
      turnsPort: 0,
      ...relay,
    },
  });
}

async function openOn(
  server: NatcheckServer,
  transport: TurnTransportName,
  options: Partial<RelayOptions> = {},
): Promise<RelaySocket> {
  const port = transport === 'tls' ? server.relay?.turnsPort : server.layouts[0]?.port;
  const opened = await openRelay({
    server: { host: HOST, port: port ?? 0, transport },
    credentials: ALICE,
    ca: LOOPBACK_TLS.cert,
    ...options,
  });
  if (opened.outcome === 'failed') throw new Error(`${opened.reason} ${opened.code} ${opened.detail}`);
  return opened.relay;
}

const unsent = (code: string): never => {
  throw new Error(`not sent: ${code}`);
};

/** What a socket hears, as text; it answers each with `re: ` before it when told to. */
function heardBy(socket: UdpSocket, { answers = false } = {}): readonly string[] {
  const heard: string[] = [];
  socket.onDatagram((bytes, from) => {
    heard.push(Buffer.from(bytes).toString());
    if (answers) socket.send(Buffer.from(`re: ${Buffer.from(bytes)}`), from, unsent);
  });
  return heard;
}

describe.for(['udp', 'tcp', 'tls'] as const)('over %s', (transport) => {
  it('datagrams go to a plain socket and back, and the server forgets the allocation', async () => {
    await using server = await start({ limits: { allocationsPerUser: 1 } });
    await using peer = await openUdpSocket({ address: HOST, port: 0 });
    const events: RelayEvent[] = [];
    const relay = await openOn(server, transport, { onEvent: (event) => events.push(event) });
    const atPeer = heardBy(peer, { answers: true });
    const atRelay = heardBy(relay);
    relay.send(Buffer.from('one'), peer.local, unsent);
    await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toEqual(['allocated', 'channel-bound']));
    const long = 'x'.repeat(1200);
    relay.send(Buffer.from(long), peer.local, unsent);
    await vi.waitFor(() => expect(atRelay).toEqual(['re: one', `re: ${long}`]));
    expect(atPeer).toEqual(['one', long]);
    await relay[Symbol.asyncDispose]();
    const { address: host, port } = relay.server;
    const again = await openRelay({ server: { host, port, transport }, credentials: ALICE, ca: LOOPBACK_TLS.cert });
    if (again.outcome === 'open') await again.relay[Symbol.asyncDispose]();
    expect(again.outcome).toBe('open');
  });

  it('time-limited credentials are taken', async () => {
    await using server = await start();
    const credentials = timeLimitedCredentials({ secret: SECRET, user: 'bob', expiresAtS: Date.now() / 1000 + 60 });
    await using relay = await openOn(server, transport, { credentials });
    expect(relay.relayed.address).toBe(HOST);
  });

  it('two ICE agents connect from relay to relay, each of which it takes for a socket', async () => {
    await using server = await start();
    await using a = await openOn(server, transport);
    await using b = await openOn(server, 'udp');
    const first = agentOn(a, 'controlling');
    const second = agentOn(b, 'controlled');
    for (const [own, other] of [
      [first, second],
      [second, first],
    ] as const) {
      for (const candidate of other.agent.localCandidates()) own.agent.addRemoteCandidate(candidate);
      own.agent.setRemoteCredentials(now(), other.credentials);
      own.wake();
    }
    await Promise.all([first.connected, second.connected]);
    expect(first.agent.selected()?.remote.endpoint).toEqual(b.relayed);
    expect(second.agent.selected()?.remote.endpoint).toEqual(a.relayed);
    a.send(Buffer.from('through two relays'), b.relayed, unsent);
    expect(await second.heard).toBe('through two relays');
    await Promise.all([first.close(), second.close()]);
  });
});

it('a peer that the server does not relay to is told, and what is sent there later is refused', async () => {
  await using server = await start({ allowPrivate: false });
  const events: RelayEvent[] = [];
  await using relay = await openOn(server, 'udp', { onEvent: (event) => events.push(event) });
  const to = { address: '10.0.0.1', port: 5 };
  relay.send(Buffer.from('x'), to, unsent);
  await vi.waitFor(() =>
    expect(events.at(-1)).toMatchObject({ kind: 'peer-refused', address: '10.0.0.1', reason: 'forbidden', code: 403 }),
  );
  const refusals: string[] = [];
  relay.send(Buffer.from('x'), to, (code) => refusals.push(code));
  expect(refusals).toEqual(['EACCES']);
});

/** An agent whose only socket is that relay. */
function agentOn(relay: RelaySocket, role: Role) {
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes });
  agent.addLocalCandidate({ type: 'host', socket: 'relay', endpoint: relay.local });
  const connected = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<string>();
  const handleDatagram: typeof agent.handleDatagram = (at, arrival) => {
    const kind = agent.handleDatagram(at, arrival);
    if (kind === 'peer') heard.resolve(Buffer.from(arrival.bytes).toString());
    return kind;
  };
  const { wake, result } = startDriver({
    session: { ...agent, handleDatagram },
    sockets: { relay },
    onOutput: ({ event }) => {
      if (event.kind === 'connected') connected.resolve();
      if (event.kind === 'failed') connected.reject(new Error(event.reason));
    },
  });
  const close = async (): Promise<void> => {
    agent.close();
    wake();
    await result;
  };
  return { agent, credentials, wake, close, connected: connected.promise, heard: heard.promise };
}
