// A DHT of six nodes on one host, since a peer asks several to learn what its NAT does. Usage: network.mjs ADDRESS
import HyperDHT from 'hyperdht';

const [host] = process.argv.slice(2);
const port = 49_737;
const bootstrap = [{ host, port }];
await HyperDHT.bootstrapper(port, host).fullyBootstrapped();
for (const offset of [1, 2, 3, 4, 5]) {
  const node = new HyperDHT({
    bootstrap,
    host,
    port: port + offset,
    anyPort: false,
    ephemeral: false,
    firewalled: false,
  });
  await node.fullyBootstrapped();
}
console.log('ready');
