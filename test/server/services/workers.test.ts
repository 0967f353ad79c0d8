/** A server whose STUN and TURN are in processes of their own, over real sockets on loopback. */
import type { Socket } from 'node:dgram';
import { describe, expect, it, vi } from 'vitest';
import { startServer } from '../../../server/index.ts';
import { attribute } from '../../../src/stun/message.ts';
import { natcheckReady } from '../../cli/natcheck.ts';
import { startPunch, startPunchServer } from '../../punch/punches.ts';
import { changeRequest, request } from '../stun/requests.ts';
import { metric, portOf, startRelayServer } from '../turn/relay-server.ts';
import { openTurnClient } from '../turn/turn-client.ts';
import { answerTo, primaryOf, withSockets } from './clients.ts';
import { childrenOf, isRunning } from './pids.ts';

const A = '127.0.0.1';
const B = '127.0.0.2';
const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };
/** Enough that one worker hears from none of them once in a million times. */
const CLIENTS = 20;
const TIMEOUT_MS = 30_000;

describe('a server with two workers', () => {
  it('answers everybody from the endpoint that was asked for, and counts it once', async () => {
    await using server = await startServer({ ip: [A, B], ...ANY_PORTS, workers: 2 });
    const primary = primaryOf(server);
    const [layout] = server.layouts;
    expect(new Set(server.workers()).size).toBe(2);
    await withSockets(CLIENTS, async (sockets) => {
      for (const socket of sockets) {
        const { message, from } = await answerTo(socket, request(), primary);
        expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: A, port: socket.address().port });
        expect(from).toEqual(primary);
        const other = await answerTo(socket, request([changeRequest({ ip: true, port: true })]), primary);
        expect(other.from).toEqual({ address: B, port: layout?.altPort });
      }
    });
    const replies = 'natcheck_stun_replies_total{transport="udp4",class="success",redirected=';
    expect(await metric(server, `${replies}"false"}`)).toBe(CLIENTS);
    expect(await metric(server, `${replies}"true"}`)).toBe(CLIENTS);
  });

  it('introduces peers whose tickets come to either worker', async () => {
    await using server = await startPunchServer({ workers: 2 });
    const alice = startPunch(server, { id: 'alice', peer: 'bob' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice' });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one, other].map(({ report }) => report.outcome)).toEqual(['direct', 'direct']);
  });

  it('relays between clients of both, over UDP and TCP', async () => {
    await using server = await startRelayServer({ limits: { allocationsPerUser: 100 } }, { workers: 2 });
    for (const transport of ['udp', 'tcp'] as const) {
      await using alice = await openTurnClient(portOf(server), { transport });
      const at = await alice.allocate();
      for (let n = 0; n < CLIENTS / 2; n++) {
        await using bob = await openTurnClient(portOf(server), { transport });
        const peer = await bob.allocate();
        expect(await alice.permit(peer)).toBe('success');
        expect(await bob.bind(0x4000, at)).toBe('success');
        bob.sendOn(0x4000, `from ${n}`);
        expect(await alice.data()).toEqual({ via: peer, data: `from ${n}` });
      }
    }
    expect(await metric(server, 'natcheck_relay_allocations_total')).toBe(CLIENTS + 2);
  });

  it('has another worker when one dies, and answers everybody again', { timeout: 60_000 }, async () => {
    await using server = await startServer({ ip: [A], ...ANY_PORTS, workers: 2 });
    const before = server.workers();
    process.kill(before[0] ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(server.workers().filter((pid) => !before.includes(pid))).toHaveLength(1), TIMEOUT_MS);
    await withSockets(CLIENTS, async (sockets) => {
      const heard = new Set<Socket>();
      for (const socket of sockets) socket.on('message', () => heard.add(socket));
      await vi.waitFor(() => {
        const { address, port } = primaryOf(server);
        for (const socket of sockets) if (!heard.has(socket)) socket.send(request(), port, address);
        expect(heard.size).toBe(CLIENTS);
      }, TIMEOUT_MS);
    });
    expect(server.workers()).toHaveLength(2);
  });

  it('ends with all of its processes', async () => {
    const server = await startServer({ ip: [A], ...ANY_PORTS, workers: 2 });
    const pids = server.workers();
    expect(pids.map(isRunning)).toEqual([true, true]);
    await server[Symbol.asyncDispose]();
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(server.workers()).toEqual([]);
  });

  it('says which port another program has, and leaves nothing behind', async () => {
    await withSockets(1, async ([socket]) => {
      const port = socket?.address().port ?? 0;
      await expect(startServer({ ip: [A], ...ANY_PORTS, port, workers: 2 })).rejects.toMatchObject({
        code: 'port-in-use',
      });
    });
  });
});

it('the workers of `natcheck serve` end by themselves when it is killed', { timeout: 60_000 }, async () => {
  const ports = ['--port', '0', '--alt-port', '0', '--http-port', '0'];
  await using server = await natcheckReady(['serve', '--ip', A, ...ports, '--workers', '2']);
  const pids = childrenOf(server.child);
  expect(pids).toHaveLength(2);
  server.child.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), TIMEOUT_MS);
});
