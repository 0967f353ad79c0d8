/** Sends every datagram back, by the plainest program there is for it: what Node's UDP can do at most. Usage: node echo.ts PORT */
import { createSocket } from 'node:dgram';

const BUFFER_BYTES = 4 * 1024 * 1024;

const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
socket.on('message', (datagram, { port, address }) => socket.send(datagram, port, address));
socket.bind(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
