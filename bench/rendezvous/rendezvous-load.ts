/**
 * The load of bench/rendezvous/rendezvous.ts and bench/cluster/idle.ts: idle peers, then pairs, each checked from both
 * sides. Arguments: PORT[,PORT…] PEERS PAIRS [IN_FLIGHT]; the two of each pair are at two ports, where there are two.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { sameEndpoint } from '../../src/endpoint.ts';
import { startDriver } from '../../src/net/driver.ts';
import type { RendezvousClient } from '../../src/net/rendezvous/client.ts';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import { openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';
import type { ServerMessageOf } from '../../src/rendezvous/protocol/server-message.ts';
import { createTicketBinding } from '../../src/rendezvous/ticket-binding.ts';

const [, , listed = '', ...counts] = process.argv;
const ports = listed.split(',').map(Number);
const [peers = 0, pairs = 0, inFlight = 64] = counts.map(Number);
const HOST = '127.0.0.1';
const TRIES = 20;
const PAUSE_MS = 200;
const PEERS_PER_ROOM = 50;
const TOLD = {
  candidates: ['1 1 udp 2130706431 10.0.0.1 5000 typ host', '2 1 udp 2130706431 fd00::1 5000 typ host'],
  behavior: { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' },
} as const;

/** How many joins had to be tried again. */
let again = 0;

async function join(room: string, id: string, index: number): Promise<RendezvousClient> {
  const url = `ws://${HOST}:${ports[index % ports.length]}`;
  for (let attempt = 1; ; attempt++) {
    const result = await joinRendezvous({ url, room, id });
    if (result.outcome === 'joined') return result.client;
    // A node of a cluster that got no turn for a second gives up its rooms, and takes joins again a moment later.
    const retryInMs = 'retryInMs' in result ? result.retryInMs : undefined;
    const isPassing = result.outcome === 'unreachable' || retryInMs !== undefined;
    if (!isPassing || ports.length === 1 || attempt === TRIES) throw new Error(JSON.stringify(result));
    again++;
    await wait(retryInMs ?? PAUSE_MS);
  }
}

/** Does `count` pieces of work, inFlight at a time. */
async function inParallel(count: number, work: (index: number, lane: number) => Promise<void>): Promise<void> {
  let index = 0;
  const lane = async (number: number): Promise<void> => {
    while (index < count) await work(index++, number);
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)));
}

async function bind({ joined }: RendezvousClient, socket: UdpSocket): Promise<void> {
  const server = { address: HOST, port: joined.stun.port };
  const session = createTicketBinding({ ticket: joined.ticket, server, randomBytes });
  const { outcome } = await startDriver({ session, sockets: { punch: socket } }).result;
  if (outcome !== 'bound') throw new Error(outcome);
}

/** Brings one side of a pair to its introduction. */
async function introduced(client: RendezvousClient, peer: string, socket: UdpSocket) {
  const introduction = new Promise<ServerMessageOf<'introduction'>>((resolve, reject) =>
    client.onEvent((event) => {
      if (event.type === 'introduction') resolve(event);
      if (event.type === 'error' || event.type === 'closed') reject(new Error(JSON.stringify(event)));
    }),
  );
  client.ask(peer, TOLD);
  await bind(client, socket);
  return introduction;
}

const perSecond = (count: number, startedAt: number): number =>
  Math.round((count / (performance.now() - startedAt)) * 1000);

const idleFrom = performance.now();
const idle: RendezvousClient[] = [];
await inParallel(peers, async (index) => {
  idle[index] = await join(`idle-${Math.floor(index / PEERS_PER_ROOM)}`, `peer-${index}`, index);
});
process.send?.({ perSecond: perSecond(peers, idleFrom), again });
await new Promise((resolve) => process.once('message', resolve));

const open = (): Promise<UdpSocket> => openUdpSocket({ address: HOST, port: 0 });
const sockets = await Promise.all(Array.from({ length: inFlight }, () => Promise.all([open(), open()])));

/** Lets both sides bind and ask, and returns whether each was told the right thing. */
async function meet(alice: RendezvousClient, bob: RendezvousClient, lane: number): Promise<boolean> {
  const [aliceSocket, bobSocket] = sockets[lane] ?? (await Promise.all([open(), open()]));
  const [toAlice, toBob] = await Promise.all([
    introduced(alice, bob.joined.id, aliceSocket),
    introduced(bob, alice.joined.id, bobSocket),
  ]);
  return (
    sameEndpoint(toAlice.endpoint, bobSocket.local) &&
    sameEndpoint(toBob.endpoint, aliceSocket.local) &&
    toAlice.key === toBob.key &&
    toAlice.role !== toBob.role
  );
}

/** Runs that many meetings, and prints how fast they went, how many were right, and how long one took. */
async function measure(count: number, one: (index: number, lane: number) => Promise<boolean>) {
  const tookMs: number[] = [];
  let checked = 0;
  const from = performance.now();
  await inParallel(count, async (index, lane) => {
    const startedAt = performance.now();
    if (await one(index, lane)) checked++;
    tookMs.push(performance.now() - startedAt);
  });
  const rate = perSecond(count, from);
  const sorted = tookMs.toSorted((a, b) => a - b);
  const medianMs = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  return { perSecond: rate, count, checked, medianMs, worstMs: Math.round(sorted.at(-1) ?? 0) };
}

// These pairs consist of peers that have joined already.
process.send?.(
  await measure(Math.min(pairs, Math.floor(peers / 2)), async (index, lane) => {
    const [alice, bob] = [idle[2 * index], idle[2 * index + 1]];
    return alice !== undefined && bob !== undefined && meet(alice, bob, lane);
  }),
);
await new Promise((resolve) => process.once('message', resolve));
// These pairs are measured from the connection to its end.
process.send?.(
  await measure(pairs, async (index, lane) => {
    const room = `pair-${index}`;
    const [alice, bob] = await Promise.all([join(room, 'alice', 0), join(room, 'bob', 1)]);
    const isRight = await meet(alice, bob, lane);
    await Promise.all([alice[Symbol.asyncDispose](), bob[Symbol.asyncDispose]()]);
    return isRight;
  }),
);
await new Promise((resolve) => process.once('message', resolve));
await Promise.all([
  ...idle.map((client) => client[Symbol.asyncDispose]()),
  ...sockets.flat().map((socket) => socket[Symbol.asyncDispose]()),
]);
process.disconnect?.();
