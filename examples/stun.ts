/** Asks a STUN server how it sees a socket. The server is natcheck's, on loopback. `npm run build`, then `node examples/stun.ts`. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { startServer } from 'natcheck/server';
import { createBinding, type Endpoint, reflexiveEndpoint } from 'natcheck/stun';

const server = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0 });
const [to] = server.addresses;
if (!to) throw new Error('the server has no address');
const socket = createSocket('udp4');
await once(socket.bind(0, '127.0.0.1'), 'listening');

const binding = createBinding({ server: to, randomBytes });
const seen = Promise.withResolvers<Endpoint | null>();
let timer: NodeJS.Timeout | undefined;

const proceed = (): void => {
  const now = performance.now();
  const step = binding.next(now);
  switch (step.kind) {
    case 'send':
      socket.send(step.bytes, to.port, to.address);
      proceed();
      break;
    case 'wait':
      timer = setTimeout(proceed, step.until - now);
      break;
    case 'given-up':
      seen.resolve(null);
  }
};
socket.on('message', (bytes, from) => {
  const reflexive = reflexiveEndpoint(binding.receive(performance.now(), { from, bytes }));
  if (reflexive) seen.resolve(reflexive);
});
proceed();

console.log('local', socket.address());
console.log('reflexive', await seen.promise);
clearTimeout(timer);
socket.close();
await server[Symbol.asyncDispose]();
