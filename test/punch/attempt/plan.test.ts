import { describe, expect, it } from 'vitest';
import { CLASSIC_PEERS } from '../../../src/nat/prospect.ts';
import { type PlanSide, planPunch } from '../../../src/punch/attempt/plan.ts';
import { formatOdds } from '../../../src/punch/attempt/plan-text.ts';
import type { PortAssignment } from '../../../src/punch/attempt/techniques/choose-technique.ts';

const UNTOLD = { step: null, range: null } as const;
const side = (
  id: string,
  nat: keyof typeof CLASSIC_PEERS,
  allocation: PortAssignment = { kind: 'random', ...UNTOLD },
): PlanSide => ({ id, behavior: { ...CLASSIC_PEERS[nat], allocation } });

describe('the plan of a punch', () => {
  it('for a birthday names the side whose port moves, the side whose filter minds, and odds and cost', () => {
    const text =
      'bob is behind a symmetric NAT with random ports, and the NAT of alice lets in only the exact address and port that it has sent to: ' +
      'a 99.9999935 % chance of a match, with at most 2816 packets, within 4.8 s';
    const [alice, bob] = [side('alice', 'port-restricted'), side('bob', 'symmetric')];
    expect(planPunch(alice, bob)).toMatchObject({ technique: 'birthday', packets: 2816, text });
    expect(planPunch(bob, alice)).toMatchObject({ technique: 'birthday', packets: 2816, text });
  });

  it('names those whose next port can be told', () => {
    const counted: PortAssignment = { kind: 'sequential', step: 1, range: null };
    const [alice, bob] = [side('alice', 'port-restricted'), side('bob', 'symmetric', counted)];
    expect(planPunch(alice, bob)).toMatchObject({
      technique: 'port-prediction',
      text: 'the next port of the symmetric NAT of bob can be predicted (port prediction)',
    });
    expect(planPunch(side('alice', 'symmetric', counted), bob).text).toBe(
      'the next port of the symmetric NAT of alice and of that of bob can be predicted (port prediction)',
    );
  });

  it('names both when both are symmetric and neither can be told', () => {
    expect(planPunch(side('alice', 'symmetric'), side('bob', 'symmetric'))).toEqual({
      technique: 'relay',
      probability: 0,
      packets: 0,
      seconds: 0,
      text:
        'alice and bob are both behind symmetric NATs, whose ports cannot be predicted: ' +
        'only a relay gets through, unless one side moves behind a different NAT',
    });
  });

  it('says of the rest that they can be opened', () => {
    expect(planPunch(side('a', 'restricted'), side('b', 'symmetric'))).toMatchObject({
      technique: 'simultaneous-open',
      probability: 1,
    });
  });

  it('does not care for the NAT that both are behind', () => {
    const [a, b] = [side('a', 'symmetric'), side('b', 'symmetric')];
    expect(planPunch(a, b, { isSameNat: true })).toMatchObject({
      technique: 'simultaneous-open',
      text: 'a and b are behind the same NAT, or on one network',
    });
  });

  it('does not care for NATs either where a router has mapped a port', () => {
    const [a, b] = [side('a', 'symmetric'), side('b', 'symmetric')];
    expect(planPunch(a, b, { isMapped: true })).toMatchObject({ technique: 'simultaneous-open', probability: 1 });
  });

  it('holds no birthday toward a relay, whatever the peer says of its NAT', () => {
    const [alice, mallory] = [side('alice', 'port-restricted'), side('mallory', 'symmetric')];
    expect(planPunch(alice, mallory, { isAtRelay: true })).toMatchObject({
      technique: 'relay',
      packets: 0,
      text: 'mallory is seen at the address of a relay, toward which no birthday attempt is made',
    });
    const open = side('mallory', 'full-cone');
    expect(planPunch(alice, open, { isAtRelay: true })).toMatchObject({ technique: 'simultaneous-open' });
  });

  it('names those who are reached through a relay alone, whatever their NATs are', () => {
    const [a, b] = [side('a', 'full-cone'), side('b', 'full-cone')];
    const hidden = { ...b, isRelayOnly: true };
    const plan = {
      technique: 'relay',
      probability: 0,
      packets: 0,
      seconds: 0,
      text: 'b is reachable only through a relay: no direct path is tried',
    };
    expect(planPunch(a, hidden, { isSameNat: true, isMapped: true })).toEqual(plan);
    expect(planPunch(hidden, a)).toEqual(plan);
    expect(planPunch({ ...a, isRelayOnly: true }, hidden).text).toBe(
      'a and b are reachable only through a relay: no direct path is tried',
    );
  });

  it('does not guess about a side of which too little is known', () => {
    const unknown: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'undetermined' } };
    const plan = {
      technique: 'simultaneous-open',
      probability: null,
      text: 'too little is known about the NAT of bob to say more',
    };
    expect(planPunch(side('alice', 'port-restricted'), unknown)).toMatchObject(plan);
    expect(planPunch(unknown, side('alice', 'port-restricted'))).toMatchObject(plan);
    expect(planPunch({ ...unknown, id: 'alice' }, unknown).text).toBe(
      'too little is known about the NAT of alice and that of bob to say more',
    );
  });

  describe('against a moving port', () => {
    const counted: PortAssignment = { kind: 'sequential', step: 1, range: null };
    const unknown: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'undetermined' } };
    const unfiltered: PlanSide = {
      id: 'bob',
      behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' },
    };
    const bothOrders = (a: PlanSide, b: PlanSide) => [planPunch(a, b), planPunch(b, a)];

    it('takes a filter that is not known for the strictest, with the odds that this has at least', () => {
      const plan = {
        technique: 'birthday',
        probability: expect.closeTo(0.999999935, 9),
        packets: 2816,
        text:
          'it is not known what the NAT of bob lets in: its filter is taken for the strictest; ' +
          'the port of the symmetric NAT of alice is met with 99.9999935 % chance then, with at most 2816 packets, within 4.8 s',
      };
      for (const one of bothOrders(side('alice', 'symmetric'), unfiltered)) expect(one).toMatchObject(plan);
    });

    it('takes a mapping that is not known for one that stays, says so, and gives no odds', () => {
      const plan = {
        technique: 'port-prediction',
        probability: null,
        text:
          'it is not known what the NAT of bob does: it is taken for one that keeps its public endpoint and has the strictest filter; ' +
          'the next port of the symmetric NAT of alice can be predicted (port prediction)',
      };
      for (const one of bothOrders(side('alice', 'symmetric', counted), unknown)) expect(one).toMatchObject(plan);
    });

    it('goes by a filter that is known, though the mapping is not', () => {
      const lenient: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'address-dependent' } };
      for (const one of bothOrders(side('alice', 'symmetric'), lenient)) {
        expect(one).toMatchObject({ technique: 'simultaneous-open', probability: null });
      }
    });

    it('holds no birthday toward a relay on such an assumption either', () => {
      const plan = { technique: 'simultaneous-open', packets: 0, probability: null };
      expect(planPunch(unknown, side('alice', 'symmetric'), { isAtRelay: true })).toMatchObject(plan);
    });
  });

  describe('with servers of one address', () => {
    const open: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'undetermined' } };
    const stable: PlanSide = { id: 'alice', behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' } };

    it('takes for symmetric the side whose endpoint they leave open, where they show that of the other', () => {
      const plan = {
        technique: 'birthday',
        probability: null,
        packets: 2816,
        text:
          'the servers see alice at one public endpoint, but leave open what the NAT of bob does: it is taken for symmetric; ' +
          'its port is met with 99.9999935 % chance then, with at most 2816 packets, within 4.8 s',
      };
      expect(planPunch(stable, open)).toMatchObject(plan);
      expect(planPunch(open, stable)).toMatchObject(plan);
    });

    it('does not do so toward a relay, nor where they leave both open', () => {
      const plan = { technique: 'simultaneous-open', packets: 0, probability: null };
      expect(planPunch(open, stable, { isAtRelay: true })).toMatchObject(plan);
      expect(planPunch({ ...open, id: 'alice' }, open)).toMatchObject(plan);
    });
  });

  it('is certain of a side of which too little is known where nothing depends on that', () => {
    const unknown: PlanSide = { id: 'bob', behavior: { mapping: 'undetermined', filtering: 'undetermined' } };
    const stable: PlanSide = { id: 'bob', behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' } };
    const plan = { probability: 1, text: 'the pair can be opened, whatever the NAT of bob does' };
    expect(planPunch(side('alice', 'restricted'), unknown)).toMatchObject(plan);
    expect(planPunch(stable, side('alice', 'port-restricted'))).toMatchObject(plan);
  });

  it('says of two sides without an IP version in common that no packet gets through', () => {
    expect(
      planPunch(side('alice', 'full-cone'), side('bob', 'full-cone'), { families: ['IPv4', 'IPv6'] }),
    ).toMatchObject({
      technique: 'relay',
      probability: 0,
      text: 'alice is reachable over IPv4 alone, and bob over IPv6 alone: let both reach the server over one family',
    });
  });

  it('for two symmetric NATs of which one lets in any port names that one', () => {
    const open: PlanSide = {
      id: 'alice',
      behavior: {
        mapping: 'address-dependent',
        filtering: 'address-dependent',
        allocation: { kind: 'random', ...UNTOLD },
      },
    };
    const text =
      'alice and bob are both behind symmetric NATs, but that of alice lets in any port of an address that it has sent to: ' +
      'a 99.9999935 % chance of a match, with at most 2816 packets, within 4.8 s';
    expect(planPunch(open, side('bob', 'symmetric'))).toMatchObject({ technique: 'birthday', text });
    expect(planPunch(side('bob', 'symmetric'), open)).toMatchObject({ technique: 'birthday', text });
  });
});

it('odds show as many nines as they have', () => {
  expect([0, 0.5, 0.9835, 0.999745, 0.999999935, 1].map(formatOdds)).toEqual([
    '0 %',
    '50 %',
    '98.4 %',
    '99.975 %',
    '99.9999935 %',
    '100 %',
  ]);
});
