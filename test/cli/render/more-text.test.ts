import { describe, expect, it } from 'vitest';
import { hairpinText, lifetimeText, routerText } from '../../../cli/render/more-text.ts';

describe('the line on', () => {
  it.each([
    [{ supported: true, reason: null }, 'supported'],
    [
      { supported: false, reason: null },
      'not supported: two hosts behind this NAT cannot reach each other by their public endpoints',
    ],
    [{ supported: null, reason: 'deadline' }, 'undetermined (deadline: the time limit was reached first)'],
  ] as const)('hairpinning of %o', (hairpin, expected) => {
    expect(hairpinText(hairpin)).toBe(expected);
  });

  it.each([
    [{ atLeastS: 20, atMostS: 30, reason: null }, 'an idle mapping lasts 20 to 30 s'],
    [{ atLeastS: 0, atMostS: 10, reason: null }, 'an idle mapping lasts less than 10 s'],
    [{ atLeastS: 180, atMostS: null, reason: null }, 'an idle mapping lasts 180 s or longer'],
    [
      { atLeastS: 45, atMostS: null, reason: 'too-much-loss' },
      'an idle mapping lasts 45 s or longer (too-much-loss: too many packets were lost to tell silence from loss)',
    ],
    [
      { atLeastS: null, atMostS: null, reason: 'deadline' },
      'undetermined (deadline: the time limit was reached first)',
    ],
  ] as const)('the lifetime of %o', (lifetime, expected) => {
    expect(lifetimeText(lifetime)).toBe(expected);
  });

  it.each([
    [
      { mapping: 'upnp-igd', isPinhole: false, wan: '203.0.113.7', carrierGrade: false, reason: null },
      'maps ports by UPnP-IGD; its WAN address 203.0.113.7 is the public one',
    ],
    [
      { mapping: 'nat-pmp', isPinhole: false, wan: '100.64.3.2', carrierGrade: true, reason: null },
      "maps ports by NAT-PMP; its WAN address is 100.64.3.2, and there is another NAT beyond it: the carrier's, or that of a second router",
    ],
    [
      { mapping: null, isPinhole: false, wan: null, carrierGrade: true, reason: 'router-silent' },
      "router-silent: no router answers UPnP-IGD, PCP or NAT-PMP; they are often turned off in the router settings; there is another NAT beyond it: the carrier's, or that of a second router",
    ],
    [
      { mapping: null, isPinhole: false, wan: null, carrierGrade: null, reason: 'no-nat' },
      'no-nat: there is no NAT, so there is nothing to ask a router for',
    ],
    [
      { mapping: 'pcp', isPinhole: true, wan: null, carrierGrade: false, reason: null },
      'opens pinholes in its IPv6 firewall by PCP; this host is seen at its own address',
    ],
    [
      { mapping: 'pcp', isPinhole: true, wan: null, carrierGrade: null, reason: 'public-unknown' },
      'opens pinholes in its IPv6 firewall by PCP; public-unknown: no server has reported the public address',
    ],
    [
      { mapping: null, isPinhole: false, wan: null, carrierGrade: false, reason: 'router-refuses' },
      'router-refuses: the router answers, but does not open the port that it is asked for; this host is seen at its own address',
    ],
  ] as const)('the router of %o', (router, expected) => {
    expect(routerText(router)).toBe(expected);
  });
});
