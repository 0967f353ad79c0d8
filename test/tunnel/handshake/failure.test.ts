import { describe, expect, it } from 'vitest';
import type { Identity, Role } from '../../../src/tunnel/handshake/identity.ts';
import { MESSAGE_TYPE } from '../../../src/tunnel/handshake/message.ts';
import { ANYONE, codeOf, damaged, expectAgreed, machineOf, type Passing, pair, run, sentBy } from './machines.ts';

describe('a handshake that comes to nothing', () => {
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
});
