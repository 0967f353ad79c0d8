/**
 * Connects stdin and stdout with those of the other side by TCP.
 * Usage: node tcp-pipe.ts PORT [HOST]; without HOST it listens.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const [port, host] = process.argv.slice(2);
const socket = host === undefined ? await accepted() : connect({ port: Number(port), host, allowHalfOpen: true });
process.stdin.pipe(socket).pipe(process.stdout);

async function accepted(): Promise<Socket> {
  const server = createServer({ allowHalfOpen: true }).listen(Number(port), () => console.error('waiting'));
  const [one] = await once(server, 'connection');
  server.close();
  return one;
}
