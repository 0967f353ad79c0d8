/**
 * A hyperdht node that stays up, listens under a new key when asked to, and connects to a key.
 * Usage: node hyperdht-peer.ts BOOTSTRAP_ADDRESS
 */
import { once } from 'node:events';
import HyperDHT from 'hyperdht';
import { answerLines } from './answer-lines.ts';

const CONNECT_TIMEOUT_MS = 30_000;

const [host = ''] = process.argv.slice(2);
/** The one option that is not the default: otherwise hyperdht tries a NAT with unpredictable ports only every 20 s. */
const dht = new HyperDHT({ bootstrap: [{ host, port: 49_737 }], randomPunchInterval: 1 });
await dht.fullyBootstrapped();
let server: ReturnType<HyperDHT['createServer']> | undefined;

await answerLines({
  async listen() {
    await server?.close();
    server = dht.createServer((stream) => {
      stream.on('error', () => {});
      stream.on('data', (bytes) => stream.write(bytes));
      stream.on('end', () => stream.end());
    });
    await server.listen(HyperDHT.keyPair());
    return { publicKey: server.publicKey.toString('hex') };
  },
  async connect({ publicKey = '' }) {
    const startedAt = performance.now();
    const stream = dht.connect(Buffer.from(publicKey, 'hex'));
    const timer = setTimeout(() => stream.destroy(new Error('not connected in time')), CONNECT_TIMEOUT_MS);
    try {
      await once(stream, 'open');
      const openMs = performance.now() - startedAt;
      const { remoteHost, remotePort } = stream.rawStream;
      stream.write('there and back');
      await once(stream, 'data');
      return { openMs, echoMs: performance.now() - startedAt, remoteHost, remotePort };
    } finally {
      clearTimeout(timer);
      stream.on('error', () => {}).destroy();
      if (!stream.closed) await once(stream, 'close');
    }
  },
});
