/** A TURN client, and a server that knows its password and says what it likes. */

import type { Random } from '../../../lab/sim/network/random.ts';
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { longTermKey } from '../../../src/stun/integrity.ts';
import { createTurnClient, type TurnClient } from '../../../src/turn/client.ts';
import { encodeChannelData } from '../../../src/turn/wire/channel-data.ts';
import {
  allocated,
  CREDENTIALS,
  challenge as challenged,
  dataIndication,
  PEER,
  REALM,
  SERVER,
} from '../../turn/bench.ts';
import { answerTo, anyMessage, attributeOf, damaged, requestIn } from '../stun.ts';
import { hold, type Target } from '../target.ts';
import { chance, source } from '../values.ts';

const KEY = { algorithm: 'sha1', key: longTermKey({ ...CREDENTIALS, realm: REALM }) } as const;
const INPUTS = 60;
const OUTPUTS_MAX = 5_000;
const SENT_KEPT = 16;

const ANSWERS: readonly [readonly AttributeName[], ...(readonly AttributeName[])[]] = [
  ['XOR-RELAYED-ADDRESS', 'XOR-MAPPED-ADDRESS', 'LIFETIME'],
  ['XOR-RELAYED-ADDRESS', 'XOR-MAPPED-ADDRESS'],
  ['LIFETIME'],
  ['ALTERNATE-SERVER', 'ALTERNATE-DOMAIN'],
  ['REALM', 'NONCE'],
  ['REALM', 'NONCE', 'PASSWORD-ALGORITHMS'],
  [],
];

/** 401 with the realm that the key is of, so that what comes later is under it. */
function challenge(random: Random, request: NonNullable<ReturnType<typeof requestIn>>): Uint8Array {
  const { method, transactionId } = request;
  return encode({
    class: 'error',
    method,
    transactionId,
    attributes: [
      { type: 'ERROR-CODE', value: { code: random.pick([401, 438]), reason: '' } },
      { type: 'REALM', value: REALM },
      attributeOf(random, 'NONCE'),
    ],
  });
}

function inbound(random: Random, sent: readonly Uint8Array[]): Uint8Array {
  const bytes = sent[random.integer(sent.length)];
  const request = bytes && requestIn(bytes);
  if (request && chance(random, 0.3)) return challenge(random, request);
  if (request && chance(random, 0.6)) return answerTo(random, request, { names: random.pick(ANSWERS), key: KEY });
  if (chance(random, 0.3)) {
    return encodeChannelData(
      { channel: 0x4000 + random.integer(4), data: random.bytes(random.integer(40)) },
      { padded: chance(random, 0.5) },
    );
  }
  if (!chance(random, 0.5)) return chance(random, 0.5) ? anyMessage(random) : dataIndication('data');
  const attributes = [attributeOf(random, 'XOR-PEER-ADDRESS'), attributeOf(random, 'DATA')];
  return encode({ class: 'indication', method: METHOD.data, transactionId: random.bytes(12), attributes });
}

/** All that it has to say now; when it wants to be asked again. */
function drain(client: TurnClient, now: number, sent: Uint8Array[]): number | 'closed' {
  for (let outputs = 0; outputs < OUTPUTS_MAX; outputs++) {
    const output = client.poll(now);
    if (output.kind === 'done') return 'closed';
    if (output.kind === 'wait') {
      hold(output.until > now, `at ${now} it waits until ${output.until}`);
      return output.until;
    }
    if (output.kind === 'transmit') sent.push(output.bytes);
    if (sent.length > SENT_KEPT) sent.shift();
  }
  throw new Error(`it never waits at ${now}`);
}

export const turnClientTarget: Target = {
  name: 'TURN answers',
  weight: 10,
  run: (random, feed) => {
    const isStream = chance(random, 0.3);
    const client = createTurnClient({
      server: SERVER,
      socket: 'turn',
      isStream,
      credentials: CREDENTIALS,
      family: random.pick([undefined, 'IPv4', 'IPv6'] as const),
      randomBytes: random.bytes,
    });
    const sent: Uint8Array[] = [];
    let now = 0;
    let until = drain(client, now, sent);
    // Else most would end before anything else can be tried.
    for (const honest of chance(random, 0.8) ? [challenged, allocated] : []) {
      const message = requestIn(sent.at(-1) ?? new Uint8Array(0));
      if (message)
        client.handleDatagram(now, {
          socket: 'turn',
          from: SERVER,
          bytes: honest({ message, bytes: message.transactionId, method: '' }),
        });
      until = drain(client, now, sent);
    }
    for (let count = 0; count < INPUTS && until !== 'closed'; count++) {
      const address = random.pick([PEER.address, '2001:db8::7']);
      if (chance(random, 0.3))
        client.send(now, chance(random, 0.6) ? PEER : { ...source(random), address }, random.bytes(9));
      if (chance(random, 0.005)) client.handleSendFailure(now, { socket: 'turn', to: SERVER, code: 'EPERM' });
      if (chance(random, 0.005)) client.handleDisconnect(now, 'EOF');
      const bytes = damaged(random, inbound(random, sent), 0.15);
      const from = chance(random, 0.95) ? SERVER : source(random);
      feed(() => client.handleDatagram(now, { socket: 'turn', from, bytes }));
      until = drain(client, now, sent);
      if (until === 'closed' || !chance(random, 0.3)) continue;
      now = until === Number.POSITIVE_INFINITY ? now + 1 : until;
      client.handleTimeout(now);
      until = drain(client, now, sent);
    }
    client.close(now);
    for (let steps = 0; until !== 'closed'; steps++) {
      hold(steps < 100 && until !== Number.POSITIVE_INFINITY, `closed at ${now}, it waits until ${until}`);
      until = drain(client, now, sent);
      if (until !== 'closed') now = until;
    }
  },
};
