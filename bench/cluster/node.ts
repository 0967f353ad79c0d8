/** One server of a measured cluster: says its port, and ends with SIGTERM. Arguments: the URL of Redis. */
import { once } from 'node:events';
import { startServer } from '../../server/index.ts';

const [, , redis = ''] = process.argv;
// All peers come from one source.
const limits = { peersPerSource: 100_000, peers: 100_000 };
const server = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0, limits, redis });
process.send?.({ httpPort: server.httpPort });
await once(process, 'SIGTERM');
await server[Symbol.asyncDispose]();
process.disconnect?.();
