/**
 * Two ICE agents, each on a UDP socket of its own on loopback, are introduced, connect, and send one datagram.
 * Usage: npm run build, then node examples/ice.ts
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import {
  createCredentials,
  createIceAgent,
  formatCandidate,
  type IceAgent,
  type IceCredentials,
  type IceEvent,
  type PairReport,
  parseCandidate,
  type Role,
} from 'natcheck/ice';

/** The name by which each agent knows its only socket. */
const SOCKET = 'main';

/** What each peer signals to the other: here by an emitter, elsewhere by any channel that reaches both. */
interface Signal {
  readonly credentials: IceCredentials;
  /** SDP lines. */
  readonly candidates: readonly string[];
}
const signalling = new EventEmitter<Record<string, [Signal]>>();

/** Drives an agent by a socket and the clock; the function that is returned lets it act after it was told something. */
function drive(
  agent: IceAgent,
  socket: Socket,
  owner: { readonly onEvent: (event: IceEvent) => void; readonly onData: (bytes: Buffer) => void },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const act = (): void => {
    clearTimeout(timer);
    for (;;) {
      const output = agent.poll(performance.now());
      switch (output.kind) {
        case 'transmit':
          // A send that fails, which on loopback none does, is for handleSendFailure.
          socket.send(output.bytes, output.to.port, output.to.address);
          break;
        case 'event':
          owner.onEvent(output.event);
          break;
        case 'wait':
          if (Number.isFinite(output.until)) timer = setTimeout(act, Math.ceil(output.until - performance.now()));
          return;
        case 'done':
          socket.close();
          return;
      }
    }
  };
  socket.on('message', (bytes, { address, port }) => {
    const kind = agent.handleDatagram(performance.now(), { socket: SOCKET, from: { address, port }, bytes });
    if (kind === 'peer') owner.onData(bytes);
    act();
  });
  return act;
}

/** Opens a socket with an agent on it, which takes what `other` signals. */
async function openPeer(role: Role, { me, other }: { readonly me: string; readonly other: string }) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { address, port } = socket.address();
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes });
  agent.addLocalCandidate({ type: 'host', socket: SOCKET, endpoint: { address, port } });

  const connected = Promise.withResolvers<PairReport>();
  const received = Promise.withResolvers<string>();
  const left = Promise.withResolvers<void>();
  const act = drive(agent, socket, {
    onData: (bytes) => received.resolve(bytes.toString()),
    onEvent: (event) => {
      if (event.kind === 'connected') connected.resolve(event.pair);
      if (event.kind === 'failed') connected.reject(new Error(event.reason));
      if (event.kind === 'closed-by-peer') left.resolve();
    },
  });
  signalling.once(other, (signal) => {
    for (const line of signal.candidates) {
      const parsed = parseCandidate(line);
      if (parsed.kind === 'candidate') agent.addRemoteCandidate(parsed.candidate);
    }
    agent.setRemoteCredentials(performance.now(), signal.credentials);
    act();
  });
  return {
    connected: connected.promise,
    /** The first datagram of the other peer. */
    received: received.promise,
    /** Resolves when the other peer has closed the path. */
    left: left.promise,
    signal: () => signalling.emit(me, { credentials, candidates: agent.localCandidates().map(formatCandidate) }),
    /** Data goes over the selected pair, from the socket that the checks went from. */
    send: (text: string) => {
      const remote = agent.selected()?.remote.endpoint;
      if (remote) socket.send(text, remote.port, remote.address);
    },
    leave: () => {
      agent.leave(performance.now());
      act();
    },
  };
}

const routeOf = ({ local, remote }: PairReport): string =>
  [local, remote].map(({ endpoint: { address, port } }) => `${address}:${port}`).join(' -> ');

const alice = await openPeer('controlling', { me: 'alice', other: 'bob' });
const bob = await openPeer('controlled', { me: 'bob', other: 'alice' });
alice.signal();
bob.signal();
const [ofAlice, ofBob] = await Promise.all([alice.connected, bob.connected]);
console.log(`alice is connected: ${routeOf(ofAlice)}`);
console.log(`bob is connected: ${routeOf(ofBob)}`);
alice.send('hello');
console.log(`bob has received: ${await bob.received}`);
alice.leave();
await bob.left;
console.log('alice has left');
