/**
 * Does as the command of hyperbeam does, on the DHT of the lab.
 * Usage: node hyperbeam-pipe.ts BOOTSTRAP_ADDRESS NUMBER [announce]; NUMBER makes the key.
 */
import Hyperbeam from 'hyperbeam';
import HyperDHT from 'hyperdht';

const BOOTSTRAP_PORT = 49_737;
/** 32 bytes in base32: the key's digits are A, but for some that make it different from others. */
const KEY_DIGITS = 52;

const [host = '', number = '', announce] = process.argv.slice(2);
const digits = [...number].map((digit) => 'bcdefghijk'.at(Number(digit))).join('');
const dht = new HyperDHT({ bootstrap: [{ host, port: BOOTSTRAP_PORT }], ephemeral: true });
const beam = new Hyperbeam(digits.padEnd(KEY_DIGITS, 'a'), { announce: announce !== undefined, dht });
beam.on('remote-address', () => console.error('waiting'));
beam.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
beam.on('end', () => beam.end());
process.stdin.pipe(beam).pipe(process.stdout);
process.stdin.unref();
