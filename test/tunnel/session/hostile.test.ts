import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lab/sim/network/random.ts';
import { CODE, createPair, enterBoth, openBoth } from './pair.ts';
import { bytesOf, until } from './waits.ts';
import { createCarriers, type WireFaults } from './wire.ts';

/** Native packets begin so, and their third byte says what they are (libudx). */
const isNative = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 1;
const NATIVE_HEADER_BYTES = 20;
const NATIVE_DATA = 1;
const NATIVE_END = 2;
const NATIVE_DESTROY = 16;

/** The packet's header as one of another type, which anybody on the way can write. */
function forged(bytes: Uint8Array, type: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, NATIVE_HEADER_BYTES), (byte, at) => (at === 2 ? type : byte));
}

/** Adds what `forge` makes of one native data packet in each `every`. */
function forging(every: number, forge: (bytes: Uint8Array) => readonly Uint8Array[]): WireFaults {
  let count = 0;
  return {
    onDatagram: (bytes) => {
      const isData = isNative(bytes) && bytes[2] === NATIVE_DATA && bytes.length > 500;
      return isData && ++count % every === 0 ? forge(bytes) : [bytes];
    },
  };
}

async function expectWhole(faults: WireFaults): Promise<void> {
  await using pair = await createPair({ faults });
  const [near, far] = await openBoth(pair);
  const sent = randomBytes(1_000_000);
  const received = bytesOf(far);
  near.end(sent);
  expect((await received).equals(sent)).toBe(true);
}

describe('somebody on the way', () => {
  it('who closes native streams does not end the streams that they carry', async () => {
    await expectWhole(forging(300, (bytes) => [forged(bytes, NATIVE_DESTROY), bytes]));
  });

  it('who ends native streams does not make an end of anything', async () => {
    await expectWhole(forging(300, (bytes) => [forged(bytes, NATIVE_END), bytes]));
  });

  it('who changes bytes only has them sent again', async () => {
    const damage = (bytes: Uint8Array): readonly Uint8Array[] => [
      Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
    ];
    await expectWhole(forging(300, damage));
  });

  it('who writes that a message is 16 MB long has nothing reserved for it, and the stream goes on', async () => {
    const lengthen = (bytes: Uint8Array): readonly Uint8Array[] => [
      Uint8Array.from(bytes, (byte, at) => (at >= NATIVE_HEADER_BYTES ? 0xff : byte)),
    ];
    await expectWhole(forging(300, lengthen));
  });

  it('who closes them again and again is seen as a lost stream, and never as an end', async () => {
    await using pair = await createPair({
      faults: forging(1, (bytes) => [forged(bytes, NATIVE_DESTROY)]),
    });
    const [near, far] = await openBoth(pair);
    const received = bytesOf(far);
    near.end(randomBytes(1_000_000));
    await expect(received).rejects.toMatchObject({ name: 'TunnelStreamError' });
    expect(far.readableEnded).toBe(false);
  });

  it('who repeats datagrams has each of them taken once', async () => {
    const faults: WireFaults = { onDatagram: (bytes) => (isNative(bytes) ? [bytes] : [bytes, bytes, bytes]) };
    await using pair = await createPair({ faults });
    const [near, far] = await openBoth(pair);
    const received: number[] = [];
    far.onDatagram((bytes) => received.push(bytes[0] ?? -1));
    for (let number = 0; number < 50; number++) near.sendDatagram(Uint8Array.of(number));
    await until(() => received.includes(49));
    const [other, otherFar] = await openBoth(pair);
    other.end();
    await bytesOf(otherFar);
    expect(received.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, number) => number));
  });
});

describe('strangers', () => {
  it('who send 10,000 datagrams to the socket during a transfer change nothing', async () => {
    await using pair = await createPair();
    const { socket } = pair.carriers.responder.route();
    const port = socket.address()?.port ?? 0;
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(4_000_000);
    const received = bytesOf(far);
    near.end(sent);
    const stranger = createSocket('udp4');
    for (let count = 0; count < 10_000; count++) {
      const bytes = randomBytes(1 + (count % 200));
      bytes[0] = [0x10, 0x11, 0x12, 0x13, 0x14, 0x18, 0xff, 0x00][count % 8] ?? 0;
      if (bytes.length > 1 && count % 3 === 0) bytes[1] = 1;
      stranger.send(bytes, port, '127.0.0.1');
      if (count % 100 === 0) await new Promise(setImmediate);
    }
    expect((await received).equals(sent)).toBe(true);
    await new Promise<void>((resolve) => stranger.close(resolve));
  });
});

describe('a handshake over a path', () => {
  it('comes through when half of all datagrams are lost', async () => {
    await using carriers = await createCarriers(undefined, { loss: 0.5, random: createRandom(3).next });
    const entered = await enterBoth(carriers);
    for (const each of [entered.initiator, entered.responder]) {
      if (each.kind === 'failed') throw new Error(each.failure.detail);
      await each.session.end({ reason: 'own-end' });
    }
    expect([entered.initiator.kind, entered.responder.kind]).toEqual(['fresh', 'fresh']);
  });

  it('with somebody who has another code fails on both sides, and closes the path', async () => {
    await using carriers = await createCarriers();
    const other = { ...CODE, psk: Buffer.alloc(32, 9) };
    const entered = await enterBoth(carriers, {
      initiator: { timeoutMs: 300 },
      responder: { timeoutMs: 300, identity: other },
    });
    expect(entered).toMatchObject({
      initiator: { kind: 'failed', failure: { reason: 'timeout' } },
      responder: { kind: 'failed', failure: { reason: 'unreadable' } },
    });
    expect([carriers.initiator.isDisposed(), carriers.responder.isDisposed()]).toEqual([true, true]);
  });

  it('ends at once when it is aborted, and closes the path', async () => {
    await using carriers = await createCarriers();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(enterBoth(carriers, { initiator: { signal }, responder: { signal } })).rejects.toThrow('enough');
    await until(() => carriers.initiator.isDisposed() && carriers.responder.isDisposed());
  });

  it('fails when the path is lost meanwhile', async () => {
    await using carriers = await createCarriers();
    carriers.cut(true);
    const entering = enterBoth(carriers);
    carriers.initiator.lose();
    carriers.responder.lose();
    const detail = 'the path was lost during the handshake: the peer has not answered for 30 s';
    expect((await entering).initiator).toEqual({ kind: 'failed', failure: { reason: 'timeout', detail } });
  });
});
