/**
 * How much memory one address can make a server use, on loopback: WebSockets send endless messages in pieces as small as
 * possible. The load is a process of its own; the memory is that of the server, once all of it has been sent or refused.
 * Usage: node bench/rendezvous/hostile-server.ts [CONNECTIONS=400] [PIECES=16000]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../server/index.ts';

const HOST = '127.0.0.1';
const SERVER = 'server';
const LOAD = 'load';
const KILOBYTE = 1024;
const UPGRADE = [
  'GET / HTTP/1.1',
  `Host: ${HOST}`,
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
  '\r\n',
].join('\r\n');

/** Frames of RFC 6455 §5.2, masked with zeros. */
const FIRST_FRAGMENT = Buffer.from([0x01, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);
const NEXT_FRAGMENT = Buffer.from([0x00, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);
const LONG_FRAGMENT = Buffer.concat([Buffer.from([0x00, 0xfe, 0x03, 0xe8, 0, 0, 0, 0]), Buffer.alloc(1_000)]);
const PONG = Buffer.concat([Buffer.from([0x8a, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
/** The head of a frame of 128 KiB, whose payload then comes byte by byte. */
const LONG_FRAME_HEAD = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
/** How much the system reads at a time. */
const READ_BYTES = 64 * 1024;

type Attack = (socket: Socket, pieces: number) => Promise<void>;

const ATTACKS: Readonly<Record<string, Attack>> = {
  'fragments of 4 bytes': async (socket, pieces) => {
    await write(socket, Buffer.concat([FIRST_FRAGMENT, ...Array(pieces - 1).fill(NEXT_FRAGMENT)]));
  },
  'fragments of 1,000 bytes': async (socket, pieces) => {
    await write(socket, Buffer.concat([FIRST_FRAGMENT, ...Array(Math.min(pieces, 126)).fill(LONG_FRAGMENT)]));
  },
  'fragments between pongs that fill a read': async (socket, pieces) => {
    const filled = Buffer.concat(Array(Math.ceil(READ_BYTES / PONG.length)).fill(PONG));
    for (let n = 0; n < Math.min(pieces, 100); n++) {
      await write(socket, Buffer.concat([n === 0 ? FIRST_FRAGMENT : NEXT_FRAGMENT, filled]));
    }
  },
  'one frame byte by byte': async (socket, pieces) => {
    await write(socket, LONG_FRAME_HEAD);
    for (let n = 0; n < Math.min(pieces, 4_000); n++) {
      await write(socket, Buffer.from([0]));
      // Otherwise the system would send many pieces as one.
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

/** Resolves when the piece was taken, or when the server has closed the connection. */
function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writable) resolve();
    else socket.write(bytes, () => resolve());
  });
}

async function attack(
  port: number,
  { name, connections, pieces }: { readonly name: string; readonly connections: number; readonly pieces: number },
): Promise<void> {
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: HOST, noDelay: true });
      socket.on('error', () => {});
      socket.write(UPGRADE);
      await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      return socket.resume();
    }),
  );
  await Promise.all(sockets.map((socket) => ATTACKS[name]?.(socket, pieces)));
  process.send?.(sockets.filter(({ destroyed, writable }) => !destroyed && writable).length);
  await once(process, 'message');
  for (const socket of sockets) socket.destroy();
}

/** Runs the server in a separate process, whose peak memory is what the attack has cost. */
async function serve(name: string, connections: number, pieces: number): Promise<void> {
  // No connection is closed for not having joined while the load goes on.
  const options = { ip: [HOST], port: 0, altPort: 0, httpPort: 0, limits: { joinTimeoutMs: 600_000 } };
  await using server = await startServer(options);
  const empty = process.memoryUsage.rss();
  const load = start(LOAD, name, server.httpPort, connections, pieces);
  const [open] = (await once(load, 'message')) as [number];
  const most = process.resourceUsage().maxRSS * KILOBYTE;
  load.send('end');
  await once(load, 'exit');
  process.send?.({ 'empty MB': megabytes(empty), 'most MB': megabytes(most), 'still open': open });
}

const megabytes = (bytes: number): number => Math.round(bytes / KILOBYTE / KILOBYTE);
const start = (...words: readonly (string | number)[]): ChildProcess =>
  fork(fileURLToPath(import.meta.url), words.map(String));

const [role, name = '', ...numbers] = process.argv.slice(2);
const [one = 0, two = 0, three = 0] = numbers.map(Number);
if (role === SERVER) await serve(name, one, two);
else if (role === LOAD) await attack(one, { name, connections: two, pieces: three });
else {
  const [connections = 400, pieces = 16_000] = process.argv.slice(2).map(Number);
  const table: Record<string, unknown> = {};
  for (const each of Object.keys(ATTACKS))
    [table[each]] = await once(start(SERVER, each, connections, pieces), 'message');
  console.table(table);
}
process.disconnect?.();
