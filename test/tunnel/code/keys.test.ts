import { describe, expect, it } from 'vitest';
import { id } from '../../../src/rendezvous/protocol/fields.ts';
import { type CodeKeys, keysOf } from '../../../src/tunnel/code/keys.ts';
import { codeFrom } from './codes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Everything of the keys that can be looked at. */
const shown = (keys: CodeKeys) => ({
  room: keys.room,
  expose: keys.id('expose'),
  psk: hex(keys.psk),
  initiator: hex(keys.staticSeed('initiator')),
  responder: hex(keys.staticSeed('responder')),
  checks: keys.seal.introductionKey('key a b'),
  topic: keys.brokerTopic,
  broker: hex(keys.brokerKey),
});

describe('the keys of a code', () => {
  // What HKDF and HMAC of Python's hmac and hashlib give for the labels in docs/code.md.
  it.each([
    [
      '3k7wm9fhxqt2vbrc8n4pz',
      {
        room: 'bXOQKJJc_rD1R30ELyRBKwia',
        expose: 'JC5kVxcXlLJorPTc3ugPIvgi',
        psk: 'dbcafc3e329664c8397a817f92cce3ee02549881e1a17c5b667ac1e1a9285a04',
        initiator: 'e581149ec92434a83eb20a61f0ce659120c1d6a0932bbfcf3eb75fa76888ad6b',
        responder: 'ed890b462d0018781fd9e3eb422e9dcb85480ea9de092986167e3fc3367b536c',
        checks: '1bhWK0wa9uXo-U0Apv-4V_A6B9w-OjgGVa3FTUzmlzg',
        topic: 'tmzsQx62bF4vT9gopzLQ_zjA',
        broker: 'f1fa2ff114847bf978a7a1763de33b0e0ec8ce665731b4acfcb737f23ab6ae96',
      },
    ],
    [
      '222222222222222222222',
      {
        room: 'flzzr1n7K9chcdv5VNaxwJet',
        expose: 'e4NNckpMJRWfJAhI81RqMce4',
        psk: '6d747f4e4e5f6b7d7a1f17d86c322b6726291c72650a64339893b36fa410037f',
        initiator: '6b6e65a58c147c6039836f424f0b37bec0845e366a1ce77370a2996430d42d2e',
        responder: 'b82d2606162114c6f0cd63527ae0b6b406ab25421c220546b0150eaccef56bc5',
        checks: 'j0YFylRPHKfmMStxFaUmRGdWCWivC0_ILpZiWvfdxkU',
        topic: 'z7q1kAivSdzQMHYHV_s_Vzo4',
        broker: 'fb382a06fc76081eb34813752d7dc1448ee130b8a90a4b51558f399fcedcf810',
      },
    ],
  ])('of the secret %s are those that another program derives', (secret, keys) => {
    expect(shown(keysOf(secret))).toEqual(keys);
  });

  it('have names that the rendezvous takes for ids and rooms', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { room, id: idOf } = keysOf(codeFrom(seed).secret);
      for (const name of [room, idOf('expose'), idOf('')]) expect(id.safeParse(name).success).toBe(true);
    }
  });

  it('are all different, of one code and of two whose secrets differ in one character', () => {
    const values = ['3k7wm9fhxqt2vbrc8n4pz', '3k7wm9fhxqt2vbrc8n4py'].flatMap((secret) =>
      Object.values(shown(keysOf(secret))),
    );
    expect(new Set(values).size).toBe(16);
  });
});
