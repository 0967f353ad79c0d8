/** The client as a whole, in any order of events. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocatedBench, dataIndication, error, KEY, PEER, type Sent, success } from './bench.ts';

it('whatever happens when, the client always knows what it waits for', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
    fc.record({ kind: fc.constantFrom('answer' as const, 'refuse' as const), nth: fc.nat(3) }),
    fc.record({ kind: fc.constantFrom('send' as const, 'data' as const), host: fc.nat(2) }),
    fc.constant({ kind: 'close' as const }),
  );
  const peerAt = (host: number) => ({ ...PEER, address: `203.0.113.${150 + host}` });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const bench = allocatedBench();
      let now = 0;
      let sent: readonly Sent[] = [];
      for (const one of actions) {
        // The bench throws when the client would wait for what is past.
        if (one.kind === 'wait') {
          const until = bench.until(now);
          now = until === 'closed' || until === Number.POSITIVE_INFINITY ? now + one.ms : Math.min(until, now + one.ms);
          sent = [...sent, ...bench.drain(now)];
        } else if (one.kind === 'send') sent = [...sent, ...bench.send(now, 'x', peerAt(one.host))];
        else if (one.kind === 'data') sent = [...sent, ...bench.receive(now, dataIndication('x', peerAt(one.host)))];
        else if (one.kind === 'close') bench.client.close(now);
        else if ('nth' in one) {
          const asked = sent.filter(({ message }) => message.class === 'request').at(-1 - one.nth);
          if (!asked) continue;
          const answer = one.kind === 'answer' ? success(asked) : error(asked, 403, { key: KEY });
          sent = [...sent, ...bench.receive(now, answer)];
        }
      }
      bench.client.close(now);
      expect(bench.until(now + 1_000)).toBe('closed');
    }),
    { numRuns: 500 },
  );
});
