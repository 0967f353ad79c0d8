/** Our agent as the peer of a test: JSON lines on stdin and stdout. argv: controlling|controlled, the STUN server. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createIceAgent } from '../../../src/ice/agent.ts';
import { formatCandidate, parseCandidate } from '../../../src/ice/candidates/sdp.ts';
import { createCredentials } from '../../../src/ice/credentials.ts';
import type { Role } from '../../../src/ice/role.ts';
import { now } from '../../../src/net/driver.ts';
import { localAddressToward, openUdpSocket } from '../../../src/net/udp-socket.ts';
import { startPath } from '../../../src/punch/path/start-path.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD, TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';

const [, role, address] = process.argv as [string, Role, string];
const server: Endpoint = { address, port: 3478 };
const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const socket = await openUdpSocket({ address: await localAddressToward(server), port: 0 });
const transactionId = randomBytes(TRANSACTION_ID_BYTES);
socket.send(encode({ class: 'request', method: METHOD.binding, transactionId, attributes: [] }), server, () => {});
const reflexive = await new Promise<Endpoint>((resolve) => {
  socket.onDatagram((bytes) => {
    const decoded = decode(bytes);
    const mapped = decoded.ok && attribute(decoded.message, 'XOR-MAPPED-ADDRESS');
    if (mapped) resolve(mapped);
  });
});

const credentials = createCredentials(randomBytes);
const agent = createIceAgent({ role, credentials, randomBytes });
agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: socket.local });
agent.addLocalCandidate({ type: 'srflx', socket: 'main', endpoint: reflexive, server: address });
const connected = Promise.withResolvers<void>();
const path = startPath({
  session: agent,
  sockets: { main: socket },
  onEvent: (event) => {
    if (event.kind === 'connected') connected.resolve();
    if (event.kind === 'failed') connected.reject(new Error(event.reason));
  },
});
const heard = new Promise<string>((resolve) => path.onData((bytes) => resolve(new TextDecoder().decode(bytes))));

say({ ...credentials, candidates: agent.localCandidates().map(formatCandidate) });
const [line] = await once(createInterface({ input: process.stdin }), 'line');
const offer = JSON.parse(line);
for (const one of offer.candidates.map(parseCandidate)) {
  if (one.kind === 'candidate') agent.addRemoteCandidate(one.candidate);
}
agent.setRemoteCredentials(now(), offer);
path.wake();
await connected.promise;
path.send(new TextEncoder().encode('from natcheck'));
const text = await heard;
say({ heard: text, role: agent.role(), remote: agent.selected()?.remote.endpoint });
// It answers the other side's checks until it is killed.
