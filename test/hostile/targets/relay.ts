/** The relay's machine: clients that know a password and ask for anything, and peers that send from anywhere. */
import type { Random } from '../../../lab/sim/network/random.ts';
import type { TurnServerInput } from '../../../server/turn/decisions/input-output.ts';
import { isForRelay } from '../../../server/turn/decisions/receive.ts';
import { createRelay } from '../../../server/turn/decisions/relay.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute, AttributeName } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';
import { encodeChannelData } from '../../../src/turn/wire/channel-data.ts';
import { requestBytes, USER } from '../../server/turn/requests.ts';
import { mutate } from '../../stun/corpus.ts';
import { stunOf } from '../corpus.ts';
import { anyMessage, attributesOf, damaged } from '../stun.ts';
import { hold, type Target } from '../target.ts';
import { chance, source } from '../values.ts';

const INPUTS = 100;
const STUN = stunOf();
const PEER: Endpoint = { address: '198.51.100.9', port: 7000 };
const RULES: readonly [
  readonly [number, readonly AttributeName[]],
  ...(readonly [number, readonly AttributeName[]])[],
] = [
  [METHOD.allocate, ['REQUESTED-TRANSPORT']],
  [METHOD.allocate, ['REQUESTED-TRANSPORT', 'LIFETIME', 'EVEN-PORT']],
  [METHOD.allocate, ['REQUESTED-TRANSPORT', 'REQUESTED-ADDRESS-FAMILY']],
  [METHOD.refresh, ['LIFETIME']],
  [METHOD.createPermission, ['XOR-PEER-ADDRESS']],
  [METHOD.createPermission, ['XOR-PEER-ADDRESS', 'XOR-PEER-ADDRESS']],
  [METHOD.channelBind, ['CHANNEL-NUMBER', 'XOR-PEER-ADDRESS']],
  [METHOD.send, ['XOR-PEER-ADDRESS', 'DATA']],
];

export const relayTarget: Target = {
  name: 'relay',
  weight: 10,
  run: (random, feed) => {
    const relay = createRelay({
      addresses: { IPv4: '203.0.113.10', IPv6: '2001:db8::10' },
      ports: { first: 50_000, last: 50_007 },
      policy: { allowPrivate: chance(random, 0.5) },
      host: { addresses: ['203.0.113.10'], networks: ['203.0.113.10/24'] },
      realm: 'natcheck',
      accountOf: (username) =>
        username === USER.username ? { password: USER.password, session: chance(random, 0.5) ? 'one' : null } : null,
      isAttended: () => chance(random, 0.9),
      mayRefuse: () => chance(random, 0.95),
      randomBytes: random.bytes,
    });
    const nonces = new Map<number, string>();
    let now = 1_000;
    const say = (input: TurnServerInput, client = 0): void => {
      for (const output of relay.handle(now, input)) {
        if (output.kind === 'reply') {
          const decoded = decode(output.bytes);
          const nonce = decoded.ok ? attribute(decoded.message, 'NONCE') : undefined;
          if (nonce !== undefined) nonces.set(client, nonce);
        }
        if (output.kind !== 'open-relay') continue;
        const { allocation } = output;
        say(
          chance(random, 0.8)
            ? { kind: 'opened', allocation }
            : { kind: 'open-failed', allocation, inUse: chance(random, 0.5) },
        );
      }
    };
    const fiveTupleOf = (client: number) =>
      ({
        transport: client === 2 ? 'tcp' : 'udp',
        via: client,
        remote: { address: '192.0.2.7', port: 40_000 + client },
      }) as const;
    for (let count = 0; count < INPUTS; count++) {
      const client = random.integer(3);
      const bytes = turnRequest(random, nonces.get(client));
      feed(() => {
        if (client === 2 || isForRelay(bytes)) say({ kind: 'message', fiveTuple: fiveTupleOf(client), bytes }, client);
      });
      const from = chance(random, 0.5) ? PEER : source(random);
      if (chance(random, 0.2)) say({ kind: 'from-peer', allocation: random.integer(4), from, bytes: random.bytes(20) });
      if (chance(random, 0.05)) say({ kind: 'tick' });
      if (chance(random, 0.02)) say({ kind: 'closed', fiveTuple: fiveTupleOf(client) });
      now += random.pick([0, 1, 1_000, 60_000]);
    }
    say({ kind: 'closing' });
    const left = Object.values(relay.population()).reduce((sum, one) => sum + one, 0);
    hold(left === 0, `${left} allocations are left after the end`);
  },
};

/** What a client would say there: anything else is refused before more is looked at. */
function sane(one: Attribute, random: Random): Attribute {
  switch (one.type) {
    case 'REQUESTED-TRANSPORT':
      return { ...one, value: 17 };
    case 'XOR-PEER-ADDRESS':
      return { ...one, value: PEER };
    case 'CHANNEL-NUMBER':
      return { ...one, value: 0x4000 + random.integer(3) };
    case 'LIFETIME':
      return { ...one, value: 600 };
    default:
      return one;
  }
}

function turnRequest(random: Random, nonce: string | undefined): Uint8Array {
  if (chance(random, 0.15))
    return encodeChannelData({ channel: 0x4000 + random.integer(3), data: random.bytes(9) }, { padded: true });
  if (chance(random, 0.1)) return mutate(random.pick(STUN), random.integer);
  if (chance(random, 0.1)) return damaged(random, anyMessage(random));
  const [method, names] = random.pick(RULES);
  const attributes = attributesOf(random, names).map((one) => (chance(random, 0.7) ? sane(one, random) : one));
  if (method === METHOD.send && chance(random, 0.8)) {
    return damaged(random, encode({ class: 'indication', method, transactionId: random.bytes(12), attributes }), 0.15);
  }
  const shown = nonce === undefined ? undefined : { ...USER, nonce };
  return damaged(random, requestBytes(method, attributes, { shown, id: random.bytes(12) }), 0.15);
}
