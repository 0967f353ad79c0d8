/** A NAT that does not do what its profile says makes the lab refuse to run. */
import { expect, it } from 'vitest';
import type { SitePlace } from '../../../../lab/docker/topology/addressing.ts';
import {
  type AccessProfile,
  behindNat,
  INBOUND_FIRST,
  NonconformingError,
  PORT_RESTRICTED,
  RESTRICTED,
  type RouterRules,
  routerRules,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/index.ts';
import { gateCases } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

/** A filter by remote address for the whole router: open to an address as soon as any socket has talked to it. */
function filterForTheWholeRouter(access: AccessProfile, place: SitePlace): RouterRules {
  const { iptables, nft } = routerRules(access, place);
  const wrong = nft
    .replace('contacts { type ipv4_addr . inet_service;', 'contacts { type ipv4_addr;')
    .replace('ip saddr . udp dport @contacts', 'ip saddr @contacts')
    .replace('update @contacts { ip daddr . udp sport }', 'update @contacts { ip daddr }');
  return { iptables, nft: wrong };
}

describeLab('a lab whose restricted NAT filters for the whole router', () => {
  it.concurrent('refuses to run, and shows the rules and the connections', async () => {
    let wan = '';
    const wrong = (access: AccessProfile, place: SitePlace): RouterRules => {
      wan = place.wan;
      return filterForTheWholeRouter(access, place);
    };
    const refusal = await startProvidedLab({ profiles: [RESTRICTED], rules: wrong }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NonconformingError);
    const { mismatches, rules, conntrack } = refusal as NonconformingError;
    expect(mismatches).toEqual(['restricted: filtering: asked address-dependent, got endpoint-independent']);
    expect(rules).toContain('ip saddr @contacts dnat');
    expect(conntrack).toContain(`src=${wan.replace(/\d+$/, '11')} `);
  });
});

const DEVIATIONS = [
  { asked: SYMMETRIC_SEQUENTIAL, actual: SYMMETRIC, line: /: ports: asked sequential, got \d+, \d+, \d+, \d+$/ },
  { asked: SYMMETRIC_BLOCK, actual: SYMMETRIC, line: /: ports: asked block, got \d+, \d+, \d+, \d+$/ },
  {
    asked: SYMMETRIC_ADDRESS,
    actual: SYMMETRIC,
    line: /: mapping: asked address-dependent, got address-and-port-dependent$/,
  },
  { asked: INBOUND_FIRST, actual: PORT_RESTRICTED, line: /: early: asked changes-port, got forgotten$/ },
  { asked: PORT_RESTRICTED, actual: INBOUND_FIRST, line: /: early: asked forgotten, got changes-port$/ },
];

describeLab('a lab of a hard NAT that is another one', () => {
  it.concurrent.for(gateCases(DEVIATIONS, ({ asked }) => asked === SYMMETRIC_SEQUENTIAL || asked === INBOUND_FIRST))(
    'refuses to run: $actual.name in the place of $asked.name',
    async ({ asked, actual, line }) => {
      const rules = (_access: AccessProfile, place: SitePlace): RouterRules =>
        routerRules(behindNat(actual).access, place);
      const refusal = await startProvidedLab({ profiles: [asked], rules }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(NonconformingError);
      expect((refusal as NonconformingError).mismatches).toEqual([expect.stringMatching(line)]);
    },
  );
});
