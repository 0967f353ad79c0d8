/**
 * A cluster on loopback: how long it takes from two connections to an introduction on one node and across two, side by
 * side, at once and with a way of 20 ms there and back; and how long peers are without a room when a node is killed.
 * Usage: node bench/cluster/cluster.ts [PAIRS=200] [KILLS=5]; it needs redis-server, or apt-get to fetch Debian's.
 */
import { loadavg } from 'node:os';
import { createOwner } from '../../src/net/owner.ts';
import type { RendezvousClient } from '../../src/net/rendezvous/client.ts';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import { type Peer, peerOf, TOLD } from '../../test/net/rendezvous/peers.ts';
import { comeBackAfterEnd } from '../../test/server/cluster/come-back.ts';
import { startDelayed } from '../rendezvous/delayed-tcp.ts';
import { startNode, startStore } from './nodes.ts';

const [pairs = 200, kills = 5] = process.argv.slice(2).map(Number);
const ROUND_TRIP_MS = 20;
const PEERS_PER_KILL = 40;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

async function enter(port: number, room: string, id: string): Promise<Peer> {
  const result = await joinRendezvous({ url: `ws://127.0.0.1:${port}`, room, id });
  if (result.outcome !== 'joined') throw new Error(JSON.stringify(result));
  return await peerOf(result.client);
}

/** Milliseconds from the two connections to the introduction of both. */
async function meet(room: string, [one, other]: readonly [number, number]): Promise<number> {
  const startedAt = performance.now();
  const [alice, bob] = await Promise.all([enter(one, room, 'alice'), enter(other, room, 'bob')]);
  alice.client.ask('bob', TOLD);
  bob.client.ask('alice', TOLD);
  await Promise.all([alice.bind(), bob.bind()]);
  const [toAlice, toBob] = await Promise.all([alice.next('introduction'), bob.next('introduction')]);
  const tookMs = performance.now() - startedAt;
  if (toAlice.key !== toBob.key || toAlice.endpoint.port !== bob.socket.local.port) throw new Error('a wrong pair');
  await Promise.all([alice[Symbol.asyncDispose](), bob[Symbol.asyncDispose]()]);
  return tookMs;
}

/** One node and two in turn, so that both see the same machine. */
async function compare(ports: readonly [number, number], name: string) {
  const [here, across]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    here.push(await meet(`here-${ports[0]}-${pair}`, [ports[0], ports[0]]));
    across.push(await meet(`across-${ports[0]}-${pair}`, ports));
  }
  const row = (took: readonly number[]) => ({
    'median ms': Number(median(took).toFixed(1)),
    'p90 ms': Number(quantile(took, 0.9).toFixed(1)),
  });
  const ratio = (median(across) / median(here)).toFixed(2);
  return { [`${name}: one node`]: row(here), [`${name}: two nodes`]: { ...row(across), 'times one': ratio } };
}

/** Milliseconds from SIGKILL until each of some peers is back, on the node that is left. */
async function kill(number: number): Promise<readonly number[]> {
  await using store = await startStore();
  await using home = await startNode(store.url);
  await using other = await startNode(store.url);
  await using owner = createOwner();
  const clients: RendezvousClient[] = [];
  for (let index = 0; index < PEERS_PER_KILL; index++) {
    const port = index % 2 === 0 ? home.httpPort : other.httpPort;
    const { client, socket } = await enter(port, `kill-${number}-${index >> 2}`, `peer-${index}`);
    owner.use(socket);
    clients.push(client);
  }
  const killedAt = performance.now();
  home.child.kill('SIGKILL');
  const urls = [`ws://127.0.0.1:${other.httpPort}`];
  const tookMs = await Promise.all(
    clients.map(async (client) => {
      const back = await comeBackAfterEnd(urls, client);
      if (back.joined.resumeKey !== client.joined.resumeKey) throw new Error('another key');
      const tookMs = performance.now() - killedAt;
      back.drop();
      return tookMs;
    }),
  );
  return tookMs;
}

const startLoad = loadavg()[0];
const results: Record<string, object> = {};
{
  await using store = await startStore();
  await using a = await startNode(store.url);
  await using b = await startNode(store.url);
  await meet('warm', [a.httpPort, b.httpPort]);
  Object.assign(results, await compare([a.httpPort, b.httpPort], 'loopback'));
  await using farA = await startDelayed(a.httpPort, ROUND_TRIP_MS);
  await using farB = await startDelayed(b.httpPort, ROUND_TRIP_MS);
  Object.assign(results, await compare([farA.port, farB.port], `${ROUND_TRIP_MS} ms away`));
}
console.table(results);
const back: number[] = [];
for (let number = 0; number < kills; number++) back.push(...(await kill(number)));
console.log(
  `a node killed, ${kills} times with ${PEERS_PER_KILL} peers: back after ${Math.round(median(back))} ms in the median, ${Math.round(Math.max(...back))} ms at worst`,
);
console.log(`load of the machine: ${startLoad?.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`);
