/** What the words of a tunnel's command come to before anything is shown or sent. */
import { expect, it } from 'vitest';
import { meetingOf } from '../../../cli/tunnel/choose-meeting.ts';
import type { TunnelWords } from '../../../cli/tunnel/meeting.ts';
import { UsageError } from '../../../src/errors.ts';

const SERVER = 'stun.example';

const meeting = (words: object, env: Readonly<Record<string, string>> = {}) =>
  meetingOf(words as TunnelWords, { env, signal: new AbortController().signal }, { argument: undefined, label: null });

it.each<[object, string]>([
  [{ broker: ['nonsense'] }, "'nonsense' is not a broker: "],
  [{ server: SERVER, stun: ['a b'] }, "'a b' is not a server: "],
  [
    { server: SERVER, peer: 'bob', broker: ['mqtt://b'] },
    '--broker is for a code: by their ids two sides meet at a server',
  ],
  [{ server: SERVER, id: 'alice' }, 'without a code, --peer names the peer'],
  [{ server: SERVER, 'answer-fd': 77 }, '--answer-fd is for --manual: nobody else is given an answer'],
  [{ manual: true, once: true }, '--once is for a code: an offer is good for one connection anyway'],
  [{ manual: true, token: 'x' }, '--token is of no use by hand: '],
])('%j is refused', async (words, sentence) => {
  await expect(meeting(words)).rejects.toThrow(UsageError);
  await expect(meeting(words)).rejects.toThrow(sentence);
});

it('the other side of a code is told the brokers that the environment of this one names', async () => {
  const { otherWords } = await meeting({}, { NATCHECK_BROKER: 'mqtt://a.example mqtt://b.example' });
  expect(otherWords).toEqual(['--broker', 'mqtt://a.example', '--broker', 'mqtt://b.example']);
});
