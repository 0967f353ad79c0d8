/** What is said of a tunnel: each event, each end, and the status line. */
import { expect, it } from 'vitest';
import { endText, eventText } from '../../../cli/tunnel/event-text.ts';
import { statusText } from '../../../cli/tunnel/status-line.ts';
import type { LinkEnd, LinkEvent } from '../../../src/tunnel/link/link.ts';

const twice = (text: string): [string, string] => [text, text];

it.each<[LinkEvent, string | null, string | null]>([
  [{ kind: 'ready' }, null, null],
  [{ kind: 'connecting', peer: 'bob', again: true }, null, null],
  [
    { kind: 'connected', peer: 'bob', path: 'direct', fingerprint: null, outageMs: null },
    'connected to the other side directly, encrypted end to end',
    'connected to bob directly, encrypted end to end',
  ],
  [
    { kind: 'connected', peer: 'bob', path: 'relayed', fingerprint: null, outageMs: 2_345 },
    'connected to the other side again after 2.3 s, through a relay: everything goes on',
    'connected to bob again after 2.3 s, through a relay: everything goes on',
  ],
  [
    { kind: 'path', peer: 'bob', path: 'direct' },
    'the path to the other side is direct now',
    'the path to bob is direct now',
  ],
  [
    { kind: 'lost', peer: 'bob', detail: 'nothing has been heard for 2.0 s' },
    'the path to the other side seems lost (nothing has been heard for 2.0 s): opening another one',
    'the path to bob seems lost (nothing has been heard for 2.0 s): opening another one',
  ],
  [
    { kind: 'stranger', peer: 'bop' },
    'somebody else with this code asks for this side, which is connected already',
    'bop asks for this side, but is not who is waited for: is one of the ids mistyped?',
  ],
  [
    { kind: 'unanswered', peers: 2 },
    ...twice(
      '2 others with this code are there, and do not ask for this side: they are connected to each other, it seems; waiting for one more',
    ),
  ],
  [
    { kind: 'unanswered', peers: 1 },
    ...twice(
      'somebody else with this code is there, but does not ask for this side: is it connected to another one, or does another command run there?',
    ),
  ],
])('of %j with a code, and by ids', (event, byCode, byIds) => {
  const texts = [false, true].map((isNamed) => eventText(event, { isNamed, isConnected: true }));
  expect(texts).toEqual([byCode, byIds]);
});

it('of somebody who asks with the code before anybody is connected', () => {
  expect(eventText({ kind: 'stranger', peer: 'x' }, { isNamed: false, isConnected: false })).toBe(
    'somebody with this code asks for this side, but with the wrong command: natcheck pipe goes with natcheck pipe, and natcheck forward with natcheck expose',
  );
});

it('of an id that is taken: with a code only that of the side that exposes can be', () => {
  const end: LinkEnd = { reason: 'rendezvous-refused', detail: 'id-in-use: another peer in the room has this id' };
  expect([false, true].map((isNamed) => endText(end, isNamed))).toEqual([
    'natcheck expose runs with this code already, here or elsewhere: end that one, or take another code for this one',
    'the rendezvous server refused this peer: id-in-use: another peer in the room has this id',
  ]);
});

it.each<[LinkEnd, string | null]>([
  [{ reason: 'own-end' }, null],
  [{ reason: 'no-peer', detail: 'nobody else came' }, 'the peer did not come: nobody else came'],
  [{ reason: 'no-path', detail: null }, 'no path to the peer has opened'],
  [{ reason: 'not-authenticated', detail: 'somebody else answers' }, 'somebody else answers'],
])('of the end %j', (end, text) => {
  expect(endText(end, true)).toBe(text);
});

it('of how it goes: the way, the round trip, the rates and the amounts', () => {
  const before = { path: 'direct', rttMs: 12.4, bytesSent: 1_000, bytesReceived: 0 } as const;
  expect(statusText({ ...before, bytesSent: 2_501_000, bytesReceived: 999 }, before, 2)).toBe(
    'direct, 12 ms  ↑ 1.3 MB/s  ↓ 500 B/s  2.5 MB sent, 999 B received',
  );
  expect(statusText({ ...before, path: null, rttMs: null }, before, 1)).toBe(
    'no path  ↑ 0 B/s  ↓ 0 B/s  1.0 kB sent, 0 B received',
  );
  expect(statusText({ ...before, rttMs: 0.44, bytesReceived: 4e12 }, before, 1)).toBe(
    'direct, 0.4 ms  ↑ 0 B/s  ↓ 4.0 TB/s  1.0 kB sent, 4.0 TB received',
  );
});
