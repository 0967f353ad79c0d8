/**
 * Tests a protocol behind every pair of the classic NATs, in the simulated lab: two peers learn each other's endpoint
 * from a tiny server, and ping each other from then on. Run it with `node examples/sim.ts`.
 */
import {
  CLASSIC_NATS,
  createHost,
  createSite,
  createWorld,
  type Endpoint,
  type Host,
  type NatProfile,
  runUntil,
  symmetricLink,
  type World,
} from 'natcheck/sim';

const SERVER: Endpoint = { address: '203.0.113.10', port: 4000 };
const PING_EVERY_MS = 100;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Tells two peers the public endpoint of each other, once both have said hello. */
function serve(host: Host): void {
  const peers: Endpoint[] = [];
  const socket = host.open((from) => {
    peers.push(from);
    const [first, second] = peers;
    if (!first || !second) return;
    socket.send(first, bytesOf(JSON.stringify(second)));
    socket.send(second, bytesOf(JSON.stringify(first)));
  }, SERVER);
}

/** Says hello to the server and then pings the peer, at the endpoint that it was last heard from. */
function join({ clock }: World, host: Host): { readonly isThrough: () => boolean } {
  let peer: Endpoint | null = null;
  let isThrough = false;
  const socket = host.open((from, bytes) => {
    const text = textOf(bytes);
    peer = from.address === SERVER.address ? JSON.parse(text) : from;
    if (text === 'ping') socket.send(from, bytesOf('pong'));
    if (text === 'pong') isThrough = true;
  });
  const ping = (): void => {
    if (peer) socket.send(peer, bytesOf('ping'));
    clock.schedule(clock.now() + PING_EVERY_MS, ping);
  };
  socket.send(SERVER, bytesOf('hello'));
  ping();
  return { isThrough: () => isThrough };
}

/** Whether two peers behind these NATs hear each other's pong within five seconds of virtual time. */
function getsThrough(a: NatProfile, b: NatProfile): boolean {
  const world = createWorld({ seed: 1 });
  const link = symmetricLink({ latencyMs: 40, jitterMs: 10 });
  serve(createHost(world, { name: 'server', addresses: [SERVER.address] }));
  const peers = [a, b].map((access, index) => {
    const site = createSite(world, { name: `home ${index}`, access, link });
    return join(world, site.addHost(`peer ${index}`));
  });
  const end = runUntil(world, () => peers.every((peer) => peer.isThrough()), { maxVirtualMs: 5000 });
  return end === 'condition';
}

const startedAt = performance.now();
const rows = CLASSIC_NATS.map((a) => [a.name, ...CLASSIC_NATS.map((b) => (getsThrough(a, b) ? 'through' : '-'))]);
for (const row of [['', ...CLASSIC_NATS.map(({ name }) => name)], ...rows]) {
  console.log(
    row
      .map((cell) => cell.padEnd(17))
      .join('')
      .trimEnd(),
  );
}
console.log(`16 pairs in ${Math.round(performance.now() - startedAt)} ms`);
