// Plain datagrams on demand, inside a lab container; one JSON line per message.
// In:  {"socket": "name", "bind": {"address", "port"}}        opens a socket; it answers {"socket", "local"}
//      {"socket": "name", "to": {"address", "port"}, "data"}   sends from that socket
//      {"end": true}                                           ends the program, as the end of the input does
// Out: {"socket", "from": {"address", "port"}, "data"}         what arrives
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const sockets = new Map();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { socket, bind, to, data, end } = JSON.parse(line);
  if (end) process.exit();
  if (bind !== undefined) open(socket, bind);
  else sockets.get(socket)?.send(data, to.port, to.address);
}
for (const socket of sockets.values()) socket.close();

function open(name, { address, port }) {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  sockets.set(name, socket);
  socket.on('message', (data, { address, port }) => say({ socket: name, from: { address, port }, data: `${data}` }));
  socket.bind({ address, port }, () => {
    const { address, port } = socket.address();
    say({ socket: name, local: { address, port } });
  });
}
