import { describe, expect, it } from 'vitest';
import { createOpen, createSeal, SEAL_BYTES } from '../../../../src/tunnel/session/datagram/sealed-datagram.ts';

const KEY = Buffer.alloc(32, 1);
const DATAGRAM = { kind: 'stream', number: 7, payload: Buffer.from('payload') } as const;

describe('a sealed datagram', () => {
  it('is opened as it was sealed, and shows nothing but its counter', () => {
    const seal = createSeal(KEY);
    const [first, second] = [seal(DATAGRAM), seal(DATAGRAM)];
    expect(Buffer.from(first.subarray(0, 9)).toString('hex')).toBe('180000000000000000');
    expect(Buffer.from(second.subarray(0, 9)).toString('hex')).toBe('180000000000000001');
    expect(first.length).toBe(SEAL_BYTES + 7);
    expect(Buffer.from(first).includes('payload')).toBe(false);
    const open = createOpen(KEY);
    expect([open(second), open(first)]).toEqual([DATAGRAM, DATAGRAM]);
  });

  it('is opened once only', () => {
    const sealed = createSeal(KEY)(DATAGRAM);
    const open = createOpen(KEY);
    expect(open(sealed)).toEqual(DATAGRAM);
    expect(open(sealed)).toBeNull();
  });

  it('is dropped when any byte of it has been changed, and the right one is still taken', () => {
    const sealed = createSeal(KEY)(DATAGRAM);
    const open = createOpen(KEY);
    for (const at of sealed.keys()) {
      expect(open(Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 0x80 : byte)))).toBeNull();
    }
    expect(open(sealed)).toEqual(DATAGRAM);
  });

  it('is dropped when it is too short, of another type, or sealed with another key', () => {
    const open = createOpen(KEY);
    expect(open(new Uint8Array())).toBeNull();
    expect(open(Uint8Array.of(0x18))).toBeNull();
    expect(open(createSeal(KEY)(DATAGRAM).subarray(0, SEAL_BYTES - 1))).toBeNull();
    expect(open(createSeal(Buffer.alloc(32, 2))(DATAGRAM))).toBeNull();
  });
});
