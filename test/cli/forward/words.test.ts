import { describe, expect, it } from 'vitest';
import { createNotes, exposedText, listeningText } from '../../../cli/commands/forward/words.ts';
import type { ForwardEvent } from '../../../src/tunnel/forward/event.ts';
import { parseExposed } from '../../../src/tunnel/forward/grammar/parse-exposed.ts';
import { parseForwards } from '../../../src/tunnel/forward/grammar/parse-forward.ts';

const REFUSED: ForwardEvent = { kind: 'stream-refused', target: '22', reason: 'it is not exposed there' };
const OPENED: ForwardEvent = { kind: 'stream-opened', stream: 3, target: '22', client: '127.0.0.1:50000' };
const closed = (how: 'ended' | 'reset' | 'lost', tooLarge = 0): ForwardEvent => ({
  ...{ kind: 'stream-closed', stream: 3, target: '22', how },
  traffic: { bytesToTarget: 10, bytesFromTarget: 2_000, tooLarge },
});

describe('what is said of forwards', () => {
  it('is where each listens, and for what', () => {
    expect(listeningText(parseForwards(['2222:22', '[::1]:53/udp:192.0.2.7:53', './a.sock:80']))).toBe(
      'listening on 127.0.0.1:2222 for 22\nlistening on [::1]:53/udp for 192.0.2.7:53/udp\nlistening on ./a.sock for 80\n',
    );
    expect(exposedText(parseExposed(['22', '/tmp/a\u001b.sock']))).toBe('exposing 22, /tmp/a\\u001b.sock\n');
  });

  it('is each refusal once, and never more than 64 of them', () => {
    const note = createNotes({ isVerbose: false });
    expect([note(REFUSED), note(REFUSED)]).toEqual(['22: it is not exposed there', null]);
    const notes = Array.from({ length: 100 }, (_, index) => note({ ...REFUSED, target: `tcp ${index}` }));
    expect(notes.filter((text) => text !== null)).toHaveLength(63);
  });

  it('is nothing of a connection, unless that is wanted', () => {
    const quiet = createNotes({ isVerbose: false });
    expect([OPENED, closed('ended')].map(quiet)).toEqual([null, null]);
    const verbose = createNotes({ isVerbose: true });
    expect(
      [OPENED, { ...OPENED, client: null }, closed('ended'), closed('reset', 7), closed('lost')].map(verbose),
    ).toEqual([
      '#3 127.0.0.1:50000 to 22: open',
      '#3 to 22: open',
      '#3 to 22: ended, 10 bytes there, 2000 back',
      '#3 to 22: reset, 10 bytes there, 2000 back, 7 datagrams too large',
      '#3 to 22: ended with the connection to the other side, 10 bytes there, 2000 back',
    ]);
  });

  it('is a datagram that was too large, and what to do', () => {
    expect(
      createNotes({ isVerbose: false })({
        kind: 'datagram-too-large',
        target: '53/udp',
        bytes: 1_400,
        maxBytes: 1_200,
      }),
    ).toBe(
      '53/udp: a datagram of 1400 bytes was dropped, since the path takes 1200: have its program send smaller ones',
    );
  });
});
