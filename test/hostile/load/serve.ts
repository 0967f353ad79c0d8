/**
 * A server under load, as a process of its own that tells its memory. Its one argument is the options as JSON; with
 * `partner` it has a second server at 127.0.0.2 as its partner.
 */
import { type ServerOptions, startServer } from '../../../server/index.ts';
import { startPartners } from '../../server/partner/partners.ts';

const { partner, ...options } = JSON.parse(process.argv[2] ?? '{}') as Partial<ServerOptions> & { partner?: boolean };
const asked = { port: 0, altPort: 0, httpPort: 0, ...options };
const partners = partner ? await startPartners({ home: asked }) : null;
const server = partners?.servers[0] ?? (await startServer({ ip: ['127.0.0.1'], ...asked }));
const [layout] = server.layouts;
process.send?.({ httpPort: server.httpPort, port: layout?.port, altPort: layout?.altPort });
process.on('message', () => {
  // Whatever is garbage is not held.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  process.send?.({ rss, heapUsed, external, arrayBuffers });
});
process.once('SIGTERM', async () => {
  await (partners ?? server)[Symbol.asyncDispose]();
  if (process.connected) process.disconnect?.();
});
