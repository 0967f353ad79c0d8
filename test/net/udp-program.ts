/**
 * A plain UDP socket as a program of a test: JSON lines on stdin and stdout. argv: the port.
 * In: `{"to": ENDPOINT, "text": …}` sends. Out: what it hears, which it answers with `re: ` before it.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const socket = createSocket('udp4');
socket.on('message', (bytes, { address, port }) => {
  say({ heard: bytes.toString(), from: { address, port } });
  socket.send(`re: ${bytes}`, port, address);
});
socket.bind(Number(process.argv[1]), () => say({ outcome: 'open', port: socket.address().port }));
for await (const line of createInterface({ input: process.stdin })) {
  const { to, text } = JSON.parse(line);
  socket.send(text, to.port, to.address, () => say({ said: text }));
}
