import { describe, expect, it } from 'vitest';
import { CLASSIC_PEERS } from '../src/nat/prospect.ts';
import { type PlanSide, planPunch } from '../src/punch-plan.ts';

const side = (id: string, nat: keyof typeof CLASSIC_PEERS): PlanSide => ({ id, behavior: CLASSIC_PEERS[nat] });

describe('the plan of a punch', () => {
  it('names the side whose port moves, and the side whose filter minds, whoever asks', () => {
    const text =
      'bob is behind a symmetric NAT, whose port is another toward each destination, and alice lets in only the exact ' +
      'port that it has sent to: port prediction or a relay would help';
    const [alice, bob] = [side('alice', 'port-restricted'), side('bob', 'symmetric')];
    expect(planPunch(alice, bob)).toEqual({ prospect: 'prediction', text });
    expect(planPunch(bob, alice)).toEqual({ prospect: 'prediction', text });
  });

  it('names both when both are symmetric', () => {
    expect(planPunch(side('alice', 'symmetric'), side('bob', 'symmetric'))).toEqual({
      prospect: 'relay',
      text:
        'alice and bob are both behind symmetric NATs, whose ports are others toward each destination: ' +
        'a relay would help, or another NAT on one side',
    });
  });

  it('says of the rest that they can be opened', () => {
    expect(planPunch(side('a', 'restricted'), side('b', 'symmetric')).prospect).toBe('direct');
  });

  it('does not guess about a side of which too little is known', () => {
    const unknown: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'undetermined' } };
    const unfiltered: PlanSide = { id: 'bob', behavior: { mapping: 'none', filtering: 'undetermined' } };
    for (const bob of [unknown, unfiltered]) {
      expect(planPunch(side('alice', 'full-cone'), bob)).toEqual({
        prospect: null,
        text: 'too little is known of the NAT of bob to tell',
      });
    }
  });
});
