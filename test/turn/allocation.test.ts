/** The life of an allocation: asked for, refreshed in time, given back. */
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES } from '../../src/stun/attribute.ts';
import { checkIntegrity } from '../../src/stun/integrity.ts';
import { attribute } from '../../src/stun/message.ts';
import {
  allocated,
  allocatedBench,
  challenge,
  createBench,
  error,
  KEY,
  MAPPED,
  only,
  RELAYED,
  success,
} from './bench.ts';

describe('an allocation', () => {
  it('is asked for without credentials first: 28 bytes', () => {
    const { bytes } = only(createBench().drain(0));
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '0003' + '0008' + '2112a442' + '000000000000000000000001' + '0019' + '0004' + '11000000',
    );
  });

  it('is asked for again with the credentials that a 401 wants, under a new transaction id', () => {
    const bench = createBench();
    const first = only(bench.drain(0));
    const second = only(bench.receive(10, challenge(first)));
    expect(second.method).toBe('allocate');
    expect(second.message.transactionId).not.toEqual(first.message.transactionId);
    expect(second.message.attributes.map(({ type }) => type)).toEqual([
      'REQUESTED-TRANSPORT',
      'USERNAME',
      'REALM',
      'NONCE',
      'MESSAGE-INTEGRITY',
    ]);
    expect(attribute(second.message, 'USERNAME')).toBe('alice');
    expect(attribute(second.message, 'REALM')).toBe('lab');
    expect(attribute(second.message, 'NONCE')).toBe('nonce-1');
    expect(checkIntegrity(second.bytes, { algorithm: 'sha1', key: KEY })).toBe('valid');
    bench.receive(20, allocated(second));
    expect(bench.events).toEqual([
      { at: 20, kind: 'allocated', relayed: RELAYED, mapped: MAPPED, lifetimeMs: 600_000 },
    ]);
  });

  it('of IPv6 is asked for by its family', () => {
    const { message } = only(createBench({ family: 'IPv6' }).drain(0));
    expect(attribute(message, 'REQUESTED-ADDRESS-FAMILY')).toBe('IPv6');
  });

  it('of a server that wants no credentials is believed without integrity', () => {
    const bench = createBench();
    const answer = success(
      only(bench.drain(0)),
      [
        { type: 'XOR-RELAYED-ADDRESS', value: RELAYED },
        { type: 'XOR-MAPPED-ADDRESS', value: MAPPED },
      ],
      null,
    );
    bench.receive(5, answer);
    expect(bench.events).toMatchObject([{ kind: 'allocated', lifetimeMs: 600_000 }]);
  });

  it.each([
    ['600 s', 600, 540_000],
    ['3,600 s', 3600, 3_540_000],
    ['120 s', 120, 60_000],
    ['100 s', 100, 50_000],
    ['as long as 32 bits can say', 0xffff_ffff, 86_340_000],
  ])('of %s is refreshed a minute before its end, or at half of it', (_title, lifetimeS, at) => {
    const bench = allocatedBench({ lifetimeS });
    expect(bench.until(0)).toBe(at);
    expect(bench.drain(at - 1)).toEqual([]);
    const refresh = only(bench.drain(at));
    expect(refresh.method).toBe('refresh');
    expect(attribute(refresh.message, 'LIFETIME')).toBeUndefined();
    bench.receive(at + 30, success(refresh, [{ type: 'LIFETIME', value: 600 }]));
    // From the request on, since the server began to count before its answer was here.
    expect(bench.until(at + 30)).toBe(at + 540_000);
  });

  it('whose refresh is not answered is refreshed again until it has run out', () => {
    const bench = allocatedBench();
    const sends: number[] = [];
    for (let now = 540_000; now <= 600_000; now += 50) for (const _ of bench.drain(now)) sends.push(now - 540_000);
    expect(sends.slice(0, 8)).toEqual([0, 200, 600, 1400, 3000, 6200, 9400, 9600]);
    expect(sends.length).toBeGreaterThan(35);
    expect(bench.events.at(-1)).toEqual({ at: 600_000, kind: 'lost', reason: 'expired', code: null, detail: null });
    expect(bench.until(600_000)).toBe('closed');
  });

  it('whose refresh meets a fault of the server is refreshed again five seconds later', () => {
    const bench = allocatedBench();
    bench.receive(540_010, error(only(bench.drain(540_000)), 500, { key: KEY }));
    expect(bench.until(540_010)).toBe(545_010);
    expect(only(bench.drain(545_010)).method).toBe('refresh');
  });

  it.each([
    [437, 'allocation-mismatch'],
    [401, 'unauthorized'],
    [441, 'wrong-credentials'],
    [403, 'forbidden'],
  ])('whose refresh is answered with %d is lost: %s', (code, reason) => {
    const bench = allocatedBench();
    bench.receive(540_010, error(only(bench.drain(540_000)), code, { key: KEY }));
    expect(bench.events.at(-1)).toEqual({ at: 540_010, kind: 'lost', reason, code, detail: `reason ${code}` });
    expect(bench.until(540_010)).toBe('closed');
  });

  it('is lost with the connection to its server', () => {
    const bench = allocatedBench({ isStream: true });
    bench.client.handleDisconnect(7, 'ECONNRESET');
    expect(bench.until(7)).toBe('closed');
    expect(bench.events.at(-1)).toEqual({
      at: 7,
      kind: 'lost',
      reason: 'connection-closed',
      code: null,
      detail: 'ECONNRESET',
    });
  });
});

describe('closing', () => {
  it('gives the allocation back with a lifetime of 0, and ends with the answer', () => {
    const bench = allocatedBench();
    bench.client.close(50);
    const refresh = only(bench.drain(50));
    expect(refresh.method).toBe('refresh');
    const at = Buffer.from(refresh.bytes).indexOf(Uint8Array.of(0, ATTRIBUTES.LIFETIME.code, 0, 4, 0, 0, 0, 0));
    expect(at).toBe(20);
    expect(bench.client.send(51, RELAYED, Buffer.from('late'))).toBe('ENOTCONN');
    bench.receive(60, success(refresh, [{ type: 'LIFETIME', value: 0 }]));
    expect(bench.until(60)).toBe('closed');
    expect(bench.events).toHaveLength(1);
  });

  it('ends a second later when the server says nothing', () => {
    const bench = allocatedBench();
    bench.client.close(50);
    expect(bench.until(1049)).not.toBe('closed');
    expect(bench.until(1050)).toBe('closed');
    expect(bench.events).toHaveLength(1);
  });

  it('before the server was heard ends without a word', () => {
    const bench = createBench();
    bench.drain(0);
    bench.client.close(1);
    expect(bench.drain(1)).toEqual([]);
    expect(bench.until(1)).toBe('closed');
  });

  it('while the allocation is on its way waits for it, and gives it back', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.client.close(10);
    expect(bench.until(10)).not.toBe('closed');
    const refresh = only(bench.receive(20, allocated(signed)));
    expect(refresh.method).toBe('refresh');
    expect(attribute(refresh.message, 'LIFETIME')).toBe(0);
    bench.receive(30, success(refresh));
    expect(bench.until(30)).toBe('closed');
    expect(bench.events).toEqual([]);
  });

  it('twice is closing once', () => {
    const bench = allocatedBench();
    bench.client.close(50);
    bench.client.close(51);
    expect(bench.drain(51)).toHaveLength(1);
  });
});
