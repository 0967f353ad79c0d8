/** A router that does something else with IPv6 than its profile says makes the lab refuse to run. */
import { expect, it } from 'vitest';
import {
  dualStack,
  FULL_CONE,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  ipv6Rules,
  type NamedIpv6Access,
  type NonconformingError,
} from '../../../../lab/index.ts';
import { gateCases } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

const [, TRANSPARENT] = IPV6_ACCESSES as [NamedIpv6Access, NamedIpv6Access];
/** What is asked for, where the router lets everything through, and what the lab finds then. */
const DEVIATIONS = [
  ['ipv6-transparent', TRANSPARENT, 'unsolicited: asked dropped, got let-in'],
  ['ipv6-dropped', IPV6_DROPPED, 'UDP: asked none, got out from 2001:db8:1::2'],
] as const;

describeLab('a router that does something else with IPv6 than it should', () => {
  it.concurrent.for(gateCases(DEVIATIONS, ([name]) => name === 'ipv6-dropped'))(
    'is refused, with the family: %s',
    async ([name, asked, deviation]) => {
      const refusal = await startProvidedLab({
        profiles: [dualStack(FULL_CONE, asked)],
        backbone: true,
        ipv6Rules: (_access, place) => ipv6Rules({ kind: 'open' }, place),
      }).catch((error: unknown) => error);
      expect((refusal as NonconformingError).mismatches).toEqual([`full-cone+${name} (IPv6): ${deviation}`]);
      expect((refusal as NonconformingError).rules).toContain('table ip6 access {');
    },
  );
});
