import { describe, expect, it } from 'vitest';
import type { Agreement } from '../../../src/tunnel/handshake/agreement.ts';
import type { HandshakeOutput } from '../../../src/tunnel/handshake/contract.ts';
import type { Identity, Role } from '../../../src/tunnel/handshake/identity.ts';
import { MESSAGE_TYPE } from '../../../src/tunnel/handshake/message.ts';
import { ANYONE, codeOf, LIBRARY, machineOf, type Passing, pair, type Run, run } from './machines.ts';

function agreementsOf({ outcomes }: Run): readonly [Agreement, Agreement] {
  const { initiator, responder } = outcomes;
  if (initiator?.kind !== 'agreed' || responder?.kind !== 'agreed') throw new Error(JSON.stringify(outcomes));
  return [initiator.agreement, responder.agreement];
}

function expectAgreed(result: Run): void {
  const [initiator, responder] = agreementsOf(result);
  expect(initiator.tx).toEqual(responder.rx);
  expect(initiator.rx).toEqual(responder.tx);
  expect(initiator.hash).toEqual(responder.hash);
}

function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Lets pass all but the first `count` datagrams of this name. */
function losing(name: string, count: number): (passing: Passing, passed: readonly Passing[]) => readonly Uint8Array[] {
  return (passing, passed) =>
    passing.name === name && passed.filter((before) => before.name === name).length < count ? [] : [passing.bytes];
}

/** The one datagram among these outputs, in hexadecimal. */
function sentBy(outputs: readonly HandshakeOutput[]): string {
  const sent = outputs.flatMap((output) => (output.kind === 'send' ? [Buffer.from(output.bytes).toString('hex')] : []));
  expect(sent).toHaveLength(1);
  return sent[0] ?? '';
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

  it('fails between two codes, and the side that hears the other one says so', () => {
    const result = run({
      initiator: machineOf('initiator'),
      responder: machineOf('responder', { identity: codeOf(2) }),
    });
    expect(result.outcomes).toEqual({
      initiator: {
        kind: 'failed',
        failure: {
          reason: 'timeout',
          detail: 'the peer did not finish the handshake in time: does it run natcheck punch, which opens no tunnel?',
        },
      },
      responder: {
        kind: 'failed',
        failure: {
          reason: 'unreadable',
          detail: 'somebody answers at the other end who does not have the same code',
        },
      },
    });
  });

  it('without a code does not say of what it cannot read that it was made with another one', () => {
    const result = run(pair({ identity: ANYONE }), ({ name, bytes }) =>
      name === 'third' ? [damaged(bytes, bytes.length - 1)] : [bytes],
    );
    expect(result.outcomes.responder).toEqual({
      kind: 'failed',
      failure: {
        reason: 'unreadable',
        detail: 'what comes from the other end cannot be read: it is damaged on the way, or one side has a code',
      },
    });
  });

  it('with somebody who has the code and another key says that it is not the peer', () => {
    const staticSeed = (role: Role): Uint8Array => Buffer.alloc(32, role === 'initiator' ? 9 : 201);
    const other: Identity = { kind: 'code', psk: Buffer.alloc(32, 1), staticSeed };
    const result = run({ initiator: machineOf('initiator', { identity: other }), responder: machineOf('responder') });
    expect(result.outcomes.responder).toEqual({
      kind: 'failed',
      failure: { reason: 'not-the-peer', detail: 'somebody else answers at the other end, who has the same code' },
    });
  });

  it('sends a bounded number of messages to a side that is mute, and gives up in time', () => {
    const result = run(pair({ timeoutMs: 60_000 }), () => []);
    expect(result.passed).toHaveLength(30);
    expect(result.elapsedMs).toBe(60_000);
  });

  it('says within a second that the peer has a newer natcheck, unless a right message comes', () => {
    const newer = ({ name, bytes }: Passing): readonly Uint8Array[] =>
      name === 'first' ? [Uint8Array.from(bytes, (byte, at) => (at === 1 ? 2 : byte))] : [bytes];
    const result = run(pair(), newer);
    expect(result.outcomes.responder).toEqual({
      kind: 'failed',
      failure: {
        reason: 'other-version',
        detail: "the peer has a newer natcheck: it speaks version 2 of the tunnel's protocol, and this side version 1",
      },
    });
    expect(Array.from(result.passed.find(({ name }) => name === 'version')?.bytes.subarray(0, 2) ?? [])).toEqual([
      MESSAGE_TYPE.version,
      1,
    ]);
    const overruled = run(pair(), (passing) => [...newer(passing), passing.bytes]);
    expectAgreed(overruled);
  });

  it('has its whole time again after a right message, whatever version was claimed before it and after it', () => {
    const newer = Uint8Array.of(MESSAGE_TYPE.first, 2, ...Buffer.alloc(48));
    const responder = machineOf('responder');
    const initiator = machineOf('initiator');
    responder.handle(0, { kind: 'start' });
    const first = sentBy(initiator.handle(0, { kind: 'start' }));
    responder.handle(500, { kind: 'datagram', bytes: newer });
    expect(responder.wakeAt()).toBe(1_500);
    const second = sentBy(responder.handle(600, { kind: 'datagram', bytes: Buffer.from(first, 'hex') }));
    expect(responder.wakeAt()).toBe(10_000);
    responder.handle(700, { kind: 'datagram', bytes: newer });
    responder.handle(700, { kind: 'measured' });
    expect(responder.wakeAt()).toBe(10_000);
    const [third] = initiator.handle(9_000, { kind: 'datagram', bytes: Buffer.from(second, 'hex') });
    if (third?.kind !== 'send') throw new Error('nothing was sent');
    const [, agreed] = responder.handle(9_900, { kind: 'datagram', bytes: third.bytes });
    expect(agreed?.kind).toBe('agreed');
  });

  it('believes an answer of another version only from who has seen its message', () => {
    const initiator = machineOf('initiator');
    const [first] = initiator.handle(0, { kind: 'start' });
    if (first?.kind !== 'send') throw new Error('nothing was sent');
    const answer = (echo: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of(MESSAGE_TYPE.version, 3), echo]);
    initiator.handle(0, { kind: 'datagram', bytes: answer(Buffer.alloc(8)) });
    expect(initiator.handle(5_000, { kind: 'timeout' })).toEqual([{ kind: 'send', bytes: first.bytes }]);
    initiator.handle(5_000, { kind: 'datagram', bytes: answer(first.bytes.subarray(2, 10)) });
    expect(initiator.handle(6_000, { kind: 'timeout' })).toEqual([
      {
        kind: 'failed',
        failure: {
          reason: 'other-version',
          detail:
            "the peer has a newer natcheck: it speaks version 3 of the tunnel's protocol, and this side version 1",
        },
      },
    ]);
  });

  it.each(['initiator', 'responder'] as const)(
    'as %s fails within a second where the peer only measures the path, unless that is proved wrong',
    (role) => {
      const measured = machineOf(role, { identity: ANYONE });
      measured.handle(0, { kind: 'start' });
      for (const at of [300, 900]) measured.handle(at, { kind: 'measured' });
      expect(measured.handle(1_300, { kind: 'timeout' })).toEqual([
        {
          kind: 'failed',
          failure: {
            reason: 'other-command',
            detail:
              'the other side runs natcheck punch, which opens no tunnel: both sides need natcheck pipe, or expose and forward',
          },
        },
      ]);
      const sides = pair({ identity: ANYONE });
      sides[role].handle(0, { kind: 'start' });
      sides[role].handle(0, { kind: 'measured' });
      expectAgreed(run(sides, ({ bytes }) => [bytes]));
    },
  );

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
