/**
 * Relays one datagram to a peer, and one back. The TURN server is natcheck's, on loopback. `npm run build`, then
 * `node examples/turn.ts`.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { startServer } from 'natcheck/server';
import { createTurnClient, explainTurnFailure, type TurnEvent } from 'natcheck/turn';

const credentials = { username: 'alice', password: 'wonderland' };
const server = await startServer({
  ...{ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0 },
  // A relay to private addresses is for a test alone.
  relay: { users: [{ name: credentials.username, password: credentials.password }], allowPrivate: true },
});
const [to] = server.addresses;
if (!to) throw new Error('the server has no address');

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  return socket;
}

/** The peer answers what it hears, and knows of no TURN. */
const peer = await openSocket();
peer.on('message', (bytes, { address, port }) => {
  console.log(`the peer hears '${bytes}' from ${address}:${port}`);
  peer.send('welcome', port, address);
});

const socket = await openSocket();
const client = createTurnClient({ server: to, socket: 'turn', isStream: false, credentials, randomBytes });
const closed = Promise.withResolvers<void>();
let timer: NodeJS.Timeout | undefined;

/** Does all that the client wants; to be called after everything that it was told. */
function drive(): void {
  clearTimeout(timer);
  for (;;) {
    const now = performance.now();
    const output = client.poll(now);
    switch (output.kind) {
      case 'transmit':
        socket.send(output.bytes, output.to.port, output.to.address);
        break;
      case 'event':
        handle(output.event);
        break;
      case 'wait':
        timer = setTimeout(drive, output.until - now);
        return;
      case 'done':
        closed.resolve();
        return;
    }
  }
}

function handle(event: TurnEvent): void {
  const now = performance.now();
  switch (event.kind) {
    case 'allocated':
      console.log(`peers reach the client at ${event.relayed.address}:${event.relayed.port}`);
      client.send(now, peer.address(), Buffer.from('hello'));
      break;
    case 'data':
      console.log(`the client hears '${Buffer.from(event.bytes)}' from ${event.from.address}:${event.from.port}`);
      client.close(now);
      break;
    case 'failed':
    case 'lost':
      console.log(explainTurnFailure(event.reason));
  }
}

socket.on('message', (bytes, from) => {
  client.handleDatagram(performance.now(), { socket: 'turn', from, bytes });
  drive();
});
drive();

await closed.promise;
peer.close();
socket.close();
await server[Symbol.asyncDispose]();
