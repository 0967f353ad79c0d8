import { describe, expect, it } from 'vitest';
import { MESSAGE_TYPE } from '../../../src/tunnel/handshake/message.ts';
import {
  ANYONE,
  agreementsOf,
  codeOf,
  damaged,
  expectAgreed,
  LIBRARY,
  machineOf,
  type Passing,
  pair,
  run,
  sentBy,
} from './machines.ts';

/** Lets pass all but the first `count` datagrams of this name. */
function losing(name: string, count: number): (passing: Passing, passed: readonly Passing[]) => readonly Uint8Array[] {
  return (passing, passed) =>
    passing.name === name && passed.filter((before) => before.name === name).length < count ? [] : [passing.bytes];
}

describe('a handshake', () => {
  it('gives both sides the same keys, crossed, and what the other one has told', () => {
    const result = run(pair());
    expectAgreed(result);
    const [initiator, responder] = agreementsOf(result);
    expect(initiator.peer).toEqual({ instance: Buffer.alloc(16, 8), session: null, control: 9 });
    expect(responder.peer).toEqual({ instance: Buffer.alloc(16, 7), session: null, control: 9 });
    expect(result.passed.map(({ name }) => name)).toEqual(['first', 'second', 'third', 'confirm', 'third', 'confirm']);
    expect(result.elapsedMs).toBe(0);
  });

  it('without a code gives both sides one fingerprint of four groups to compare, and another one each time', () => {
    const [initiator, responder] = agreementsOf(run(pair({ identity: ANYONE })));
    expect(initiator.fingerprint).toMatch(/^[2-9a-km-z]{5}(-[2-9a-km-z]{5}){3}$/);
    expect(responder.fingerprint).toBe(initiator.fingerprint);
    const [again] = agreementsOf(run(pair({ identity: ANYONE })));
    expect(again.fingerprint).not.toBe(initiator.fingerprint);
  });

  it.each(['first', 'second', 'third', 'confirm'])('survives the loss of the first three messages named %s', (name) => {
    const result = run(pair(), losing(name, 3));
    expectAgreed(result);
    expect(result.elapsedMs).toBeLessThanOrEqual(700);
  });

  it('waits 100 ms for an answer where the round trip is unknown, else twice the round trip, and then twice as long', () => {
    expect(run(pair(), losing('first', 1)).elapsedMs).toBe(100);
    expect(run(pair(), losing('first', 2)).elapsedMs).toBe(300);
    expect(run(pair({ rttMs: 120 }), losing('first', 2)).elapsedMs).toBe(240 + 480);
  });

  it('answers a repeated message with the same message', () => {
    const responder = machineOf('responder');
    const [first] = machineOf('initiator').handle(0, { kind: 'start' });
    if (first?.kind !== 'send') throw new Error('nothing was sent');
    responder.handle(0, { kind: 'start' });
    const answers = [0, 1].map((now) => responder.handle(now, { kind: 'datagram', bytes: first.bytes }));
    expect(answers[0]).toHaveLength(1);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('agrees though each datagram comes twice, and before it comes damaged', () => {
    const wire = ({ bytes }: Passing): readonly Uint8Array[] => [
      damaged(bytes, 2),
      damaged(bytes, bytes.length - 1),
      bytes,
      bytes,
    ];
    for (const identity of [codeOf(1), ANYONE]) expectAgreed(run(pair({ identity }), wire));
  });

  it('drops a first message whose key is none, and goes on with the right one', () => {
    const wire = ({ name, bytes }: Passing): readonly Uint8Array[] =>
      name === 'first' ? [Uint8Array.of(MESSAGE_TYPE.first, 1, ...Buffer.alloc(32)), bytes] : [bytes];
    expectAgreed(run(pair({ identity: ANYONE }), wire));
  });

  it('takes nothing that was said on another path', () => {
    const elsewhere = run(pair({ binding: Buffer.from('another path') }));
    const result = run(pair(), ({ name, bytes }, passed) => {
      const replayed = elsewhere.passed.filter((passing) => passing.name === name).map((passing) => passing.bytes);
      return passed.length > 40 ? [] : [...replayed, bytes];
    });
    expectAgreed(result);
    const replayOnly = run(pair(), ({ name }) =>
      elsewhere.passed.filter((passing) => passing.name === name).map((passing) => passing.bytes),
    );
    expect(replayOnly.outcomes.initiator?.kind).toBe('failed');
    expect(replayOnly.outcomes.responder?.kind).toBe('failed');
  });

  it('tries a hundred messages a second at most, and agrees all the same when strangers send more', () => {
    let forged = 0;
    const wire = ({ name, bytes }: Passing): readonly Uint8Array[] => {
      const isFirstTime = forged < 10_000;
      if (!isFirstTime || name === 'confirm') return [bytes];
      forged += 5_000;
      return [...Array.from({ length: 5_000 }, (_, count) => damaged(bytes, 2 + (count % (bytes.length - 2)))), bytes];
    };
    let states = 0;
    class Counted extends LIBRARY.Noise {
      constructor(...options: ConstructorParameters<typeof LIBRARY.Noise>) {
        super(...options);
        states++;
      }
    }
    const result = run(pair({ library: { ...LIBRARY, Noise: Counted } }), wire);
    expectAgreed(result);
    expect(result.elapsedMs).toBe(1_500);
    // The hundred, and those of the right messages on both sides.
    expect(states).toBe(100 + 4);
  });

  it('remembers four answers where no code protects the first message', () => {
    const responder = machineOf('responder', { identity: ANYONE });
    responder.handle(0, { kind: 'start' });
    const answerTo = (first: Uint8Array): string => sentBy(responder.handle(0, { kind: 'datagram', bytes: first }));
    const firsts = Array.from({ length: 5 }, () =>
      Buffer.from(sentBy(machineOf('initiator', { identity: ANYONE }).handle(0, { kind: 'start' })), 'hex'),
    );
    const answers = firsts.map(answerTo);
    // The last four are answered as before, and the first one anew.
    expect(firsts.slice(1).map(answerTo)).toEqual(answers.slice(1));
    expect(answerTo(firsts[0] ?? new Uint8Array())).not.toBe(answers[0]);
  });

  it('never sends more bytes than it has heard, but for a second message that is twice as long as the first', () => {
    const { passed } = run(pair());
    const lengths = new Map(passed.map(({ name, bytes }) => [name, bytes.length]));
    expect(Object.fromEntries(lengths)).toEqual({ first: 50, second: 134, third: 102, confirm: 18 });
  });
});
