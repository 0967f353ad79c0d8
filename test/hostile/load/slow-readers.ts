/** Peers that join, are signalled all the time, and never read; and a pair that goes on in the same room. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { type Peer, peerOf, TOLD } from '../../net/rendezvous/peers.ts';
import { type MeasuredServer, type Memory, startMeasuredServer } from './measured-server.ts';

/** Its JSON is six times as long: each message takes 98 KB on its way. */
const DATA = '\u0001'.repeat(16 * 1024);
/** More than the system has buffers for between the two, and the server keeps on top. */
const SIGNALS_MAX = 2_000;
/** Memory is looked at once in so many rounds: the collection of garbage before it takes a while. */
const LOOK_EVERY = 4;

export interface SlowReadersResult {
  readonly readers: number;
  /** How many the server says that it has cut off for that. */
  readonly cutOff: number;
  /** How many connections are left in the end. */
  readonly left: number;
  /** Signals of the pair in the same room, sent and heard. */
  readonly sent: number;
  readonly heard: number;
  readonly before: Memory;
  readonly most: Memory;
  readonly after: Memory;
}

export async function neverRead({ readers }: { readonly readers: number }): Promise<SlowReadersResult> {
  const limits = { burst: 1_000_000, perSecond: 1_000_000 };
  await using server = await startMeasuredServer({ limits });
  await using talker = await enter(server, 'talker');
  await using alice = await enter(server, 'alice');
  await using bob = await enter(server, 'bob');
  await pair(alice, bob, 'bob', 'alice');
  const slow: WebSocket[] = [];
  for (let index = 0; index < readers; index++) slow.push(await enterMute(server, { talker, id: `slow-${index}` }));
  const before = await server.memory();
  let [sent, heard] = [0, 0];
  let most = before;
  for (let round = 0; round < SIGNALS_MAX && (await cutOffOf(server)) < readers; round++) {
    for (let index = 0; index < readers; index++) talker.client.signal(`slow-${index}`, DATA);
    alice.client.signal('bob', String(sent++));
    if ((await bob.next('signal')).data === String(sent - 1)) heard++;
    if (round % LOOK_EVERY !== 0) continue;
    const memory = await server.memory();
    if (memory.rss > most.rss) most = memory;
  }
  const cutOff = await cutOffOf(server);
  const left = (await server.count())('natcheck_rendezvous_connections');
  for (const socket of slow) socket.terminate();
  return { readers, cutOff, left, sent, heard, before, most, after: await server.memory() };
}

async function cutOffOf(server: MeasuredServer): Promise<number> {
  return (await server.count())('natcheck_rendezvous_slow_readers_total');
}

async function enter({ url }: MeasuredServer, id: string): Promise<Peer> {
  const result = await joinRendezvous({ url, room: 'room', id });
  if (result.outcome !== 'joined') throw new Error(JSON.stringify(result));
  return await peerOf(result.client);
}

async function pair(one: Peer, other: Peer, ...[second, first]: readonly [string, string]): Promise<void> {
  one.client.ask(second, TOLD);
  other.client.ask(first, TOLD);
  await Promise.all([one.next('paired'), other.next('paired')]);
}

/** Joins, asks for the talker and is asked for by it, and reads nothing from then on. */
async function enterMute(
  { url }: MeasuredServer,
  { talker, id }: { readonly talker: Peer; readonly id: string },
): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'join', version: 1, room: 'room', id }));
  socket.send(JSON.stringify({ type: 'ask', peer: 'talker', ...TOLD }));
  talker.client.ask(id, TOLD);
  await talker.next('paired');
  socket.pause();
  return socket;
}
