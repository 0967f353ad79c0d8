/** Clients that come to a whole server over TCP: how long, how many and how slow they may be. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';
import { metric, portOf, startRelayServer } from './relay-server.ts';
import { HOST, openTurnClient } from './turn-client.ts';

describe('a client over TCP', () => {
  it('that goes away takes its allocation with it', async () => {
    await using server = await startRelayServer();
    const alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await alice.allocate();
    expect(await metric(server, 'natcheck_relay_connections')).toBe(1);
    await alice[Symbol.asyncDispose]();
    await vi.waitFor(async () => {
      expect(await metric(server, 'natcheck_relay_sockets')).toBe(0);
      expect(await metric(server, 'natcheck_relay_connections')).toBe(0);
    });
  });

  it('is told its own endpoint by a Binding', async () => {
    await using server = await startRelayServer();
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    expect(attribute(await alice.ask(METHOD.binding), 'XOR-MAPPED-ADDRESS')).toMatchObject({ address: HOST });
  });

  it('that allocates nothing is closed in time', async () => {
    await using server = await startRelayServer({ limits: { unallocatedMs: 1 } });
    await using mute = await openTurnClient(portOf(server), { transport: 'tcp' });
    await mute.closed;
    await vi.waitFor(async () => expect(await metric(server, 'natcheck_relay_connections')).toBe(0));
  });

  it('that speaks something else is closed at once', async () => {
    await using server = await startRelayServer();
    const other = connect(portOf(server), HOST);
    other.write('GET / HTTP/1.1\r\n\r\n');
    await once(other.resume(), 'close');
  });

  it('is one of a bounded number from its address', async () => {
    await using server = await startRelayServer({ limits: { connectionsPerAddress: 1 } });
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await alice.allocate();
    await using second = await openTurnClient(portOf(server), { transport: 'tcp' });
    await second.closed;
  });

  it('that reads nothing has data dropped, not kept', async () => {
    await using server = await startRelayServer({ limits: { bufferedBytes: 1, bytesPerSecond: 1e9 } });
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await using bob = await openTurnClient(portOf(server));
    const [atAlice, atBob] = [await alice.allocate(), await bob.allocate()];
    await alice.bind(0x4000, atBob);
    await bob.bind(0x4000, atAlice);
    alice.pause();
    const flood = new Uint8Array(1200);
    await vi.waitFor(
      async () => {
        for (let n = 0; n < 500; n++) bob.sendOn(0x4000, flood);
        expect(await metric(server, 'natcheck_relay_dropped_total{reason="slow-client"}')).toBeGreaterThan(0);
      },
      { timeout: 15_000 },
    );
  });
});
