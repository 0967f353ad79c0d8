// Usage: peer.mjs ADDRESS_OF_THE_DHT, which listens and says its key, or peer.mjs ADDRESS_OF_THE_DHT KEY, which connects to it.
import HyperDHT from 'hyperdht';

const [host, key] = process.argv.slice(2);
const dht = new HyperDHT({ bootstrap: [{ host, port: 49_737 }] });
await dht.fullyBootstrapped();

if (key === undefined) {
  const server = dht.createServer((stream) => {
    stream.on('error', (error) => console.log(error.message));
    stream.once('data', () => console.log('heard from the other side'));
    stream.on('data', (data) => stream.write(data));
  });
  await server.listen(HyperDHT.keyPair());
  console.log(`key ${server.publicKey.toString('hex')}`);
} else {
  const stream = dht.connect(Buffer.from(key, 'hex'));
  stream.on('error', (error) => console.log(error.message));
  stream.once('open', () => {
    console.log('open');
    setInterval(() => stream.write(Buffer.alloc(5000)), 50);
  });
  let heard = 0;
  stream.on('data', (data) => {
    heard += data.length;
    if (heard >= 100_000 && heard - data.length < 100_000) console.log('a hundred kilobytes there and back');
  });
}
