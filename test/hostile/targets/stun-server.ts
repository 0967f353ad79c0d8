/** The STUN responder, with tickets: requests that are right, nearly right and wrong. */
import type { Random } from '../../../lab/sim/network/random.ts';
import { LAB_LAYOUT } from '../../../lab/sim/server/stun-server.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import { createTicketDesk, type TicketDesk } from '../../../server/stun/decisions/ticket-desk.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute, AttributeName } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { USER } from '../../server/turn/requests.ts';
import { mutate } from '../../stun/corpus.ts';
import { stunOf } from '../corpus.ts';
import { anyMessage, attributesOf, damaged } from '../stun.ts';
import { hold, type Target } from '../target.ts';
import { chance, some, source } from '../values.ts';

const INPUTS = 100;
const CLIENT: Endpoint = { address: '192.0.2.7', port: 40_000 };
const STUN = stunOf();
const BOTH = LAB_LAYOUT.addresses.flatMap((address) => [3478, 3479].map((port) => ({ address, port }))) as unknown as [
  Endpoint,
];

export const responderTarget: Target = {
  name: 'STUN server',
  weight: 15,
  run: (random, feed) => {
    const alone = { ...LAB_LAYOUT, addresses: [LAB_LAYOUT.addresses[0]] } as const;
    const desk = createTicketDesk({
      secret: random.bytes(32),
      unixMs: (at) => at,
      passwordOf: (_now, { username }) => (username === USER.username ? USER.password : null),
    });
    for (let count = 0; count < INPUTS; count++) {
      const bytes = stunRequest(random, desk);
      const layout = chance(random, 0.7) ? LAB_LAYOUT : alone;
      const arrival = {
        datagram: bytes,
        local: layout === alone ? BOTH[0] : random.pick(BOTH),
        remote: chance(random, 0.3) ? CLIENT : source(random),
        desk,
      };
      feed(() => {
        const answer = respond(0, layout, arrival);
        if (answer.kind === 'reply') hold(decode(answer.bytes).ok && answer.to.port !== 0, 'a reply that is none');
      });
    }
  },
};

function stunRequest(random: Random, desk: TicketDesk): Uint8Array {
  if (chance(random, 0.4)) return mutate(random.pick(STUN), random.integer);
  if (chance(random, 0.5)) return damaged(random, anyMessage(random));
  const { username, password } = USER;
  const nonce = desk.nonceFor(0, { username, remote: CLIENT });
  const names = random.pick<readonly AttributeName[]>([
    [],
    [],
    ['CHANGE-REQUEST'],
    ['PADDING'],
    ['RESPONSE-PORT'],
    ['NONCE'],
  ]);
  const shown: readonly Attribute[] = [
    { type: 'USERNAME', value: username },
    { type: 'NONCE', value: nonce },
  ];
  const attributes = [...attributesOf(random, names), ...some(random, shown, 0.8)];
  const integrity = { algorithm: chance(random, 0.8) ? 'sha256' : 'sha1', key: shortTermKey(password) } as const;
  const message = { class: 'request', method: METHOD.binding, transactionId: random.bytes(12), attributes } as const;
  return damaged(random, encode(message, { ...(chance(random, 0.8) && { integrity }) }), 0.1);
}
