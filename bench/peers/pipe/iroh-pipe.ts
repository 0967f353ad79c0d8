/**
 * Carries stdin of one side to stdout of the other by a stream of iroh, without its relays and its discovery: each side knows
 * the other's endpoint and key. Both connect, since a connection attempt is what opens a NAT.
 * Usage: node iroh-pipe.ts sender|receiver LOCAL_PORT REMOTE_HOST:REMOTE_PORT
 */
import { Endpoint, EndpointAddr, RelayMode, SecretKey } from '@number0/iroh';

const ALPN = [...Buffer.from('bench/0')];
/** How much is read from a stream at once: as much as a read of a pipe gives. */
const READ_BYTES = 64 * 1024;

const [role = '', port, remote = ''] = process.argv.slice(2);
const keyOf = (side: string): number[] => [...Buffer.alloc(32, side)];
const endpoint = await bound();
const other = SecretKey.fromBytes(keyOf(role === 'sender' ? 'receiver' : 'sender')).public();
console.error('waiting');
if (role === 'sender') await send();
else await receive();
process.exit(0);

async function bound(): Promise<Endpoint> {
  const builder = Endpoint.builder();
  builder.applyMinimal();
  builder.secretKey(keyOf(role));
  builder.alpns([ALPN]);
  builder.relayMode(RelayMode.disabled());
  builder.bindAddr(`0.0.0.0:${port}`);
  return builder.bind();
}

async function send(): Promise<void> {
  // The receiver's attempts open its NAT toward this side; one of them comes through as soon as this side's does too.
  open();
  const incoming = await endpoint.acceptNext();
  const connection = await (await incoming?.accept())?.connect();
  if (!connection) throw new Error('closed');
  const stream = await connection.openUni();
  for await (const chunk of process.stdin) await stream.writeAll([...chunk]);
  await stream.finish();
  await connection.closed();
}

/** Goes on attempting until the other side closes. */
function open(): void {
  endpoint.connect(new EndpointAddr(other, undefined, [remote]), ALPN).catch(() => {});
}

async function receive(): Promise<void> {
  const connection = await endpoint.connect(new EndpointAddr(other, undefined, [remote]), ALPN);
  const stream = await connection.acceptUni();
  for (let bytes = await stream.read(READ_BYTES); bytes.length > 0; bytes = await stream.read(READ_BYTES)) {
    if (!process.stdout.write(Buffer.from(bytes)))
      await new Promise((drained) => process.stdout.once('drain', drained));
  }
  connection.close(0n, []);
  await endpoint.close();
}
