/** A STUN server that answers with anything, from anywhere. */
import type { Random } from '../../lab/sim/network/random.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import type { AttributeName } from '../../src/stun/attribute.ts';
import type { Answer, Sent } from './session.ts';
import { answerTo, damaged, requestIn, type Signed } from './stun.ts';
import { chance, source } from './values.ts';

type Some<T> = readonly [T, ...T[]];

export const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
/** Its other sockets. */
const OTHERS: Some<Endpoint> = [
  { address: '203.0.113.10', port: 3479 },
  { address: '203.0.113.11', port: 3478 },
  { address: '203.0.113.11', port: 3479 },
];

/** An answer of any kind to what was sent, mostly from where one is waited for. */
export function lie(
  random: Random,
  { to, bytes }: Sent,
  { answers, key }: { readonly answers: Some<readonly AttributeName[]>; readonly key?: Signed },
): Answer {
  const request = requestIn(bytes);
  const from = chance(random, 0.8) ? to : chance(random, 0.7) ? random.pick(OTHERS) : source(random);
  if (!request) return { from, bytes };
  const names = random.pick(answers);
  return { from, bytes: damaged(random, answerTo(random, request, { names, key }), 0.15) };
}
