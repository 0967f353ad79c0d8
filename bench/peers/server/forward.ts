/**
 * Passes datagrams between clients and their peers, by the plainest program there is for it: what a relay on Node's UDP
 * can do at most. Usage: node forward.ts PORT RELAYED_PORT CLIENT_PORT PEER_PORT FLOWS, where each flow has the next port.
 */
import { createSocket, type Socket } from 'node:dgram';

const HOST = '127.0.0.1';
const BUFFER_BYTES = 4 * 1024 * 1024;
const [port = 0, relayedPort = 0, clientPort = 0, peerPort = 0, flows = 0] = process.argv.slice(2).map(Number);

const open = (at: number): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: BUFFER_BYTES,
      sendBufferSize: BUFFER_BYTES,
      // Without it Node would look the literal address up for each datagram, on another thread.
      lookup: (hostname, _options, callback) => callback(null, hostname, 4),
    });
    socket.bind(at, HOST, () => resolve(socket));
  });

const socket = await open(port);
const relayed = await Promise.all(Array.from({ length: flows }, (_, flow) => open(relayedPort + flow)));
socket.on('message', (datagram, from) => {
  const flow = from.port - clientPort;
  relayed[flow]?.send(datagram, peerPort + flow, HOST);
});
for (const [flow, one] of relayed.entries()) {
  one.on('message', (datagram) => socket.send(datagram, clientPort + flow, HOST));
}
console.log('ready');
