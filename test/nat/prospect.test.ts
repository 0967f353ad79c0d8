import { describe, expect, it } from 'vitest';
import { CLASSIC_PEERS, prospectOf } from '../../src/nat/prospect.ts';

const names = Object.keys(CLASSIC_PEERS) as (keyof typeof CLASSIC_PEERS)[];
const row = (mine: keyof typeof CLASSIC_PEERS) =>
  names.map((peer) => prospectOf(CLASSIC_PEERS[mine], CLASSIC_PEERS[peer]));

describe('the prospect of a direct path', () => {
  it.each([
    ['full-cone', ['direct', 'direct', 'direct', 'direct']],
    ['restricted', ['direct', 'direct', 'direct', 'direct']],
    ['port-restricted', ['direct', 'direct', 'direct', 'prediction']],
    ['symmetric', ['direct', 'direct', 'prediction', 'relay']],
  ] as const)('from behind %s to full-cone, restricted, port-restricted, symmetric', (mine, expected) => {
    expect(row(mine)).toEqual(expected);
  });

  it('is the same from both sides', () => {
    for (const a of names) {
      for (const b of names) {
        expect(prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b])).toBe(prospectOf(CLASSIC_PEERS[b], CLASSIC_PEERS[a]));
      }
    }
  });

  it('without a NAT depends on the firewall alone', () => {
    const firewalled = { mapping: 'none', filtering: 'address-and-port-dependent' } as const;
    const open = { mapping: 'none', filtering: 'endpoint-independent' } as const;
    expect(prospectOf(open, CLASSIC_PEERS.symmetric)).toBe('direct');
    expect(prospectOf(firewalled, CLASSIC_PEERS.symmetric)).toBe('prediction');
    expect(prospectOf(firewalled, CLASSIC_PEERS['port-restricted'])).toBe('direct');
  });
});
