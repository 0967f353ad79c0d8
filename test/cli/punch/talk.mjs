// A program on a path: says who it is until it hears the other, says what it has heard, and ends with the code 9.
import { createSocket } from 'node:dgram';

const {
  NATCHECK_LOCAL_ADDRESS: address,
  NATCHECK_LOCAL_PORT: port,
  NATCHECK_REMOTE_ADDRESS: to,
  NATCHECK_REMOTE_PORT: toPort,
  NATCHECK_ROLE: role,
} = process.env;
const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
const heard = new Set();
socket.on('message', (bytes, from) => {
  if (from.address !== to || from.port !== Number(toPort)) throw new Error(`from ${from.address}:${from.port}`);
  heard.add(`${bytes}`);
  // The other one has heard this one as well once it says so.
  if (`${bytes}`.startsWith('heard') && process.exitCode === undefined) {
    process.stdout.write(`${role} at ${address} has heard ${[...heard].join(', ')}\n`);
    clearInterval(timer);
    process.exitCode = 9;
    say(() => socket.close());
  }
});
const say = (then) => socket.send(`${heard.size === 0 ? '' : 'heard '}${role}`, Number(toPort), to, then);
socket.bind(Number(port), address);
// Whoever has started it may be gone, and the other one never come.
setTimeout(() => process.exit(1), 120_000).unref();
const timer = setInterval(() => say(() => {}), 20);
