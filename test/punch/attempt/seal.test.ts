import { describe, expect, it } from 'vitest';
import { sealIntroduction } from '../../../src/punch/attempt/seal.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';

const SECRET = '3k7wm9fhxqt2vbrc8n4pz';
const ENDPOINT = { address: '203.0.113.7', port: 4000 };

function introductionOf(
  peer: string,
  { key = 'k'.repeat(22), role = 'controlling' as Introduction['role'] } = {},
): Introduction {
  const behavior = { mapping: 'undetermined', filtering: 'undetermined' } as const;
  const where = { endpoint: ENDPOINT, own: ENDPOINT, candidates: [], behavior };
  return { type: 'introduction', peer, ...where, role, key, startInMs: 0 };
}

/** One side of an introduction, with a memory of its own. */
function side(id: string, introduction: Introduction) {
  return sealIntroduction(introduction, { id, seal: keysOf(SECRET).seal });
}
const alice = () => side('alice', introductionOf('bob'));
const bob = () => side('bob', introductionOf('alice', { role: 'controlled' }));

describe('an introduction under a code', () => {
  it('gives both sides one key, which is not that of the rendezvous', () => {
    const { key } = alice().introduction;
    expect(bob().introduction.key).toBe(key);
    expect(key).not.toContain('k'.repeat(8));
    expect(alice().introduction).toEqual({ ...introductionOf('bob'), key });
  });

  it('has another key with another code, and none of a rendezvous that gives two pairs the same', () => {
    const keys = [
      alice(),
      sealIntroduction(introductionOf('bob'), { id: 'alice', seal: keysOf('222222222222222222222').seal }),
      side('alice', introductionOf('carol')),
      side('carol', introductionOf('bob')),
      side('alice', introductionOf('bob', { key: 'k'.repeat(23) })),
    ].map(({ introduction }) => introduction.key);
    expect(new Set(keys).size).toBe(5);
  });

  it('passes signals between its two sides, each way', () => {
    expect(bob().open(alice().seal('to bob'))).toBe('to bob');
    expect(alice().open(bob().seal('to alice'))).toBe('to alice');
  });

  it.each([
    ['in its own direction', () => alice()],
    [
      'in an introduction with another key',
      () => side('bob', introductionOf('alice', { key: 'l'.repeat(22), role: 'controlled' })),
    ],
    ['from another peer', () => side('bob', introductionOf('carol', { role: 'controlled' }))],
    ['to another peer', () => side('carol', introductionOf('alice', { role: 'controlled' }))],
  ])('does not take a signal of it %s', (_where, hearer) => {
    expect(hearer().open(alice().seal('to bob'))).toBeNull();
  });

  it('does not take what is not sealed, and without a code takes all as it is', () => {
    expect(bob().open('to bob')).toBeNull();
    const open = sealIntroduction(introductionOf('bob'), { id: 'alice' });
    expect(open.introduction).toEqual(introductionOf('bob'));
    expect([open.seal('to bob'), open.open('to alice')]).toEqual(['to bob', 'to alice']);
  });
});
