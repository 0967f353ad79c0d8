/**
 * Says what it hears on a port, and has the router open and close it when it is told to. It runs in a container, joined with what
 * it imports; its arguments are the address and the port.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { openPortMapping } from '../../../../src/port-mapping/port-mapping.ts';

const [address = '', port] = process.argv.slice(1);
const local = { address, port: Number(port) };
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const socket = createSocket('udp6');
socket.on('message', (data) => tell(`heard ${data}`));
socket.bind(local, () => tell('bound'));

let mapping: Awaited<ReturnType<typeof openPortMapping>> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'open') {
    mapping = await openPortMapping({ local });
    const { outcome } = mapping;
    if (outcome === 'none') throw new Error(mapping.reason);
    const { external, protocol, isPinhole } = mapping;
    tell(JSON.stringify({ outcome, external, protocol, isPinhole }));
  } else {
    if (mapping?.outcome === 'mapped') await mapping[Symbol.asyncDispose]();
    tell(line);
  }
}
