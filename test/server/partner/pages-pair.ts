/** Two servers that are partners and up, one of which has pages, and what their browsers send. */
import { drawTransactionId } from '../../../server/browser/decisions/fragment.ts';
import { HELLO_MS } from '../../../server/partner/decisions/standing.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { encodeCheck } from '../../../src/ice/checks/messages.ts';
import { CLIENT, request } from '../stun/requests.ts';
import { createPair, type Pair } from './pair.ts';

/** The fragment of one page of `a`. */
export const ONE = 'fragment';
export const KEY = new Uint8Array(22).fill(1);

/** What a browser sends that names that fragment. */
export const naming = (fragment: string): Uint8Array => request([{ type: 'USERNAME', value: `${fragment}:page` }]);

/** What a server has its partner send. */
export const checkFor = (fragment: string, username = `page:${fragment}`): Uint8Array =>
  encodeCheck({
    transactionId: drawTransactionId(fragment, (length) => new Uint8Array(length)),
    ...{ username, key: KEY, priority: 1, role: 'controlled', tieBreaker: 1n, nominates: false },
  });

/** Two that are up, of which `b` knows fragments of `a`. */
export function open(fragments: readonly string[] = [ONE]): Pair {
  const pair = createPair();
  pair.pass(2 * HELLO_MS);
  pair.tell('a', { kind: 'fragments', fragments });
  return pair;
}

/** A browser sends something that names a fragment to `b`. */
export function arrive(pair: Pair, fragment: string, remote: Endpoint = CLIENT): void {
  pair.tell('b', { kind: 'carry', carry: { arrivedAt: 'altPort', remote, bytes: naming(fragment) } });
}

/** `a` has `b` send a check. */
export function ask(pair: Pair, { bytes = checkFor(ONE), to = CLIENT } = {}): void {
  pair.tell('a', { kind: 'transmit', transmit: { fromPort: 'altPort', to, bytes } });
}
