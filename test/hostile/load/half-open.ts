/** WebSockets that are never finished: half an upgrade, no join after one, or nothing at all; and real clients meanwhile. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { type Memory, startMeasuredServer } from './measured-server.ts';

const UPGRADE = [
  ...['GET / HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
  ...[`Sec-WebSocket-Key: ${'A'.repeat(22)}==`, '\r\n'],
].join('\r\n');
/** What each says, in turn. */
const SAID = [UPGRADE, UPGRADE.slice(0, UPGRADE.length / 2), ''];
/** How many are opened before the event loop gets a turn. */
const AT_ONCE = 50;

export interface HalfOpenResult {
  readonly opened: number;
  /** The most that the server had at a time, as far as it was looked. */
  readonly held: number;
  /** How many it has refused, by the reason. */
  readonly sourceFull: number;
  readonly sourceBusy: number;
  /** How many are left once all have been closed by the server. */
  readonly left: number;
  /** What became of each real client's join. */
  readonly joins: readonly string[];
  readonly before: Memory;
  readonly most: Memory;
  readonly after: Memory;
}

export interface HalfOpenOptions {
  /** How many each of some sources opens. */
  readonly perSource: readonly number[];
  /** How long the server waits for a join. */
  readonly joinTimeoutMs?: number;
  readonly peersPerSource?: number;
}

export async function openHalf({ perSource, ...limits }: HalfOpenOptions): Promise<HalfOpenResult> {
  await using server = await startMeasuredServer({ limits });
  const before = await server.memory();
  const joins: string[] = [];
  const join = async (): Promise<void> => {
    const result = await joinRendezvous({ url: server.url, room: 'room', id: `real-${joins.length}` });
    joins.push(result.outcome);
    if (result.outcome === 'joined') await result.client[Symbol.asyncDispose]();
  };
  await join();
  const sockets: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  for (const [index, count] of perSource.entries()) {
    for (let opened = 0; opened < count; opened += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - opened) }, (_, at) =>
        open({ port: server.httpPort, source: `127.30.0.${index + 1}`, text: SAID[(opened + at) % SAID.length] ?? '' }),
      );
      sockets.push(...some);
      closed.push(...some.map((socket) => once(socket, 'close').catch(() => {})));
      await Promise.all(some.map((socket) => socket.connecting && once(socket, 'connect').catch(() => {})));
    }
    await join();
  }
  const most = await server.memory();
  const held = (await server.count())('natcheck_tcp_connections', 'service="http"');
  await join();
  await Promise.all(closed);
  await join();
  const [after, count] = [await server.memory(), await server.count()];
  const refused = (reason: string): number =>
    count('natcheck_tcp_refused_total', 'service="http"', `reason="${reason}"`);
  return {
    ...{ opened: sockets.length, held, joins, before, most, after },
    sourceFull: refused('source-full'),
    sourceBusy: refused('source-busy'),
    // The connection that reads the counts is one.
    left: count('natcheck_tcp_connections', 'service="http"') - 1,
  };
}

function open({
  port,
  source,
  text,
}: {
  readonly port: number;
  readonly source: string;
  readonly text: string;
}): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: source });
  socket.on('error', () => {});
  if (text !== '') socket.write(text);
  return socket.resume();
}
