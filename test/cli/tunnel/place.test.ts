/** Where the two sides of a code meet. */
import { describe, expect, it } from 'vitest';
import { placeOfCode, serverOfNewCode } from '../../../cli/tunnel/place.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Code } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';

const SECRET = '23456789abcdefghjkmnp';
const keys = keysOf(SECRET);
const codeAt = (server: string | null): Code => ({ version: 1, once: false, server, secret: SECRET });
const placeOf = (words: Parameters<typeof placeOfCode>[0], server: string | null, env = {}) =>
  placeOfCode(words, { code: codeAt(server), isMade: false, keys, env });
const through = (brokers: readonly string[] | undefined) => ({
  room: {
    meeting: { kind: 'broker', brokers, topic: keys.brokerTopic, key: keys.brokerKey, sameId: expect.any(String) },
  },
  otherWords: (brokers ?? []).flatMap((url) => ['--broker', url]),
});
const at = (server: string, ...otherWords: readonly string[]) => ({ room: { server }, otherWords });

describe('the two sides of a code meet', () => {
  it('at the server of the code, and at none that the environment of one side names', () => {
    const env = { NATCHECK_SERVER: 'other.example' };
    expect(placeOf({ broker: undefined }, 'stun.example', env)).toEqual(at('stun.example'));
    expect(placeOf({ broker: undefined }, null, env)).toEqual(through(undefined));
  });

  it('at the server of the command line, whatever the code says, and both command lines name it then', () => {
    const words = { broker: undefined, server: 'stun.example', rendezvous: 'wss://stun.example' };
    const expected = at('stun.example', '--server', 'stun.example', '--rendezvous', 'wss://stun.example');
    for (const server of [null, 'other.example']) expect(placeOf(words, server)).toEqual(expected);
    expect(placeOf({ broker: undefined, server: 'stun.example' }, 'stun.example')).toEqual(at('stun.example'));
  });

  it('at the server of a code that was made here, which says it itself', () => {
    const words = { broker: undefined, server: 'STUN.example' };
    const side = { code: codeAt('stun.example'), isMade: true, keys, env: {} };
    expect(placeOfCode(words, side)).toEqual(at('STUN.example'));
  });

  it('through the brokers of the command line, or else of the environment', () => {
    const env = { NATCHECK_BROKER: ' mqtts://a.example  mqtts://b.example,wss://c.example/mqtt' };
    expect(placeOf({ broker: ['mqtt://d.example'] }, 'stun.example', env)).toEqual(through(['mqtt://d.example']));
    expect(placeOf({ broker: undefined }, null, env)).toEqual(
      through(['mqtts://a.example', 'mqtts://b.example', 'wss://c.example/mqtt']),
    );
  });

  it('through the public brokers where the environment names none', () => {
    for (const list of ['', '  ']) {
      expect(placeOf({ broker: undefined }, null, { NATCHECK_BROKER: list })).toEqual(through(undefined));
    }
  });

  it.each([
    [{ broker: ['mqtt://d.example'], server: 'stun.example' }, '--server and --broker are two places'],
    [{ broker: undefined, rendezvous: 'wss://stun.example' }, '--rendezvous is for a server'],
    [{ broker: undefined, token: 'secret' }, '--token is for a server: the two sides meet through brokers'],
    [{ broker: ['nonsense'] }, "'nonsense' is not a broker"],
    [{ broker: undefined, server: 'a b' }, "'a b' is not a server"],
  ])('in one place that can be: %j', (words, message) => {
    expect(() => placeOf(words, null)).toThrow(UsageError);
    expect(() => placeOf(words, null)).toThrow(message);
  });
});

describe('a new code', () => {
  it.each([
    [{ broker: undefined, server: 'stun.example' }, {}, 'stun.example'],
    [{ broker: undefined }, { NATCHECK_SERVER: 'env.example' }, 'env.example'],
    [{ broker: ['mqtt://d.example'] }, { NATCHECK_SERVER: 'env.example' }, null],
    [{ broker: undefined }, {}, null],
  ])('of %j in %j names %s', (words, env, server) => {
    expect(serverOfNewCode(words, env)).toBe(server);
  });
});
