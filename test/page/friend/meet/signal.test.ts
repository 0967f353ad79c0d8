/** What is heard of a friend through the server, who may say anything. */
import { describe, expect, it } from 'vitest';
import { createSignalReader } from '../../../../page/friend/meet/signal.ts';

const CANDIDATE = JSON.stringify({ type: 'candidate', candidate: 'candidate:1 1 udp 1 203.0.113.9 4000 typ host' });
const DESCRIPTION = {
  ...{ type: 'description', kind: 'offer', ufrag: 'abcd', pwd: 'a'.repeat(22), setup: 'actpass' },
  fingerprint: Array(32).fill('AB').join(':'),
};

describe('the signals of a friend', () => {
  it('are a description, candidates, and what the NAT does', () => {
    const read = createSignalReader();
    expect(read(JSON.stringify(DESCRIPTION))).toEqual(DESCRIPTION);
    expect(read(CANDIDATE)?.type).toBe('candidate');
    const behavior = { mapping: 'none', filtering: 'address-dependent' };
    expect(read(JSON.stringify({ type: 'network', verdict: 'firewalled', behavior }))).toEqual({
      ...{ type: 'network', verdict: 'firewalled', behavior },
    });
  });

  it.each([
    ['no JSON', '{'],
    ['another type', '{"type":"eval"}'],
    ['a password with a line end', JSON.stringify({ ...DESCRIPTION, pwd: `${'a'.repeat(22)}\r\na=x` })],
    ['a fingerprint of another kind', JSON.stringify({ ...DESCRIPTION, fingerprint: 'AB:CD' })],
    ['a setup of its own', JSON.stringify({ ...DESCRIPTION, setup: 'active\r\na=x' })],
    ['a candidate of two lines', JSON.stringify({ type: 'candidate', candidate: 'candidate:1\r\na=x' })],
    ['a candidate that is too long', JSON.stringify({ type: 'candidate', candidate: 'x'.repeat(513) })],
  ])('are not heard where they are %s', (_, data) => {
    expect(createSignalReader()(data)).toBeNull();
  });

  it('have 32 candidates at most', () => {
    const read = createSignalReader();
    expect(Array.from({ length: 40 }, () => read(CANDIDATE)).filter((one) => one !== null)).toHaveLength(32);
    expect(read(JSON.stringify(DESCRIPTION))).not.toBeNull();
  });

  it('are 48 at most, whatever they are', () => {
    const read = createSignalReader();
    for (let count = 0; count < 48; count++) read('nonsense');
    expect(read(JSON.stringify(DESCRIPTION))).toBeNull();
  });
});
