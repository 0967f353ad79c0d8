/**
 * A DHT of its own on the lab's server: a bootstrapper and five more nodes on both addresses, as the NAT sampler of a peer
 * wants answers of at least four.
 * Usage: node hyperdht-network.ts PRIMARY ALTERNATE; listens on the primary address, port 49737, and says `ready`.
 */
import HyperDHT from 'hyperdht';

const PORT = 49_737;
const [primary = '', alternate = ''] = process.argv.slice(2);
const bootstrap = [{ host: primary, port: PORT }];
await HyperDHT.bootstrapper(PORT, primary, { host: primary }).fullyBootstrapped();
for (const [index, host] of [alternate, primary, alternate, primary, alternate].entries()) {
  const port = PORT + 1 + index;
  const node = new HyperDHT({ bootstrap, host, port, anyPort: false, ephemeral: false, firewalled: false });
  await node.fullyBootstrapped();
}
console.log('ready');
