/**
 * A mesh: three peers meet in one room, each over one socket, and each says a line to both others.
 * The server is natcheck's, on loopback. Usage: npm run build, then node examples/room.ts
 */
import { openRoom, type PunchRoom } from 'natcheck';
import { startServer } from 'natcheck/server';

const HOST = '127.0.0.1';
const IDS = ['alice', 'bob', 'carol'] as const;

/** Connects to a peer, says a line, and gives what the peer has said. */
async function greet(room: PunchRoom, id: string, peer: string): Promise<string> {
  const { path, report } = await room.connect(peer);
  if (!path) throw new Error(`${id} does not reach ${peer}: ${report.reason}`);
  const heard = new Promise<string>((resolve) => path.onData((bytes) => resolve(new TextDecoder().decode(bytes))));
  path.send(new TextEncoder().encode(`hello ${peer}`));
  return `${id} has heard from ${peer}: ${await heard}`;
}

const server = await startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0 });
const where = {
  server: `${HOST}:${server.addresses[0]?.port}`,
  rendezvous: `ws://${HOST}:${server.httpPort}`,
  room: 'mesh',
  portMapping: false,
};
const peers = await Promise.all(IDS.map(async (id) => ({ id, room: await openRoom({ ...where, id }) })));
try {
  const greetings = peers.flatMap(({ id, room }) =>
    IDS.filter((peer) => peer !== id).map((peer) => greet(room, id, peer)),
  );
  for (const line of (await Promise.all(greetings)).sort()) console.log(line);
} finally {
  // Leaving a room ends its paths, and tells the peers.
  await Promise.all(peers.map(({ room }) => room[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
}
