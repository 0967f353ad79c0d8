import { expect, it } from 'vitest';
import { accessNamed, OPEN } from '../../../../../lab/accesses.ts';
import { DEFAULT_ADDRESSING } from '../../../../../lab/docker/topology/addressing.ts';
import { linkPlace } from '../../../../../lab/docker/topology/link/ends.ts';
import { labLinks } from '../../../../../lab/docker/topology/link/links.ts';
import { netemCommands } from '../../../../../lab/docker/topology/link/netem.ts';
import { requireQuality } from '../../../../../lab/docker/topology/link/quality.ts';
import { queueCommands } from '../../../../../lab/docker/topology/link/queues.ts';
import { planLab, type SitePlan } from '../../../../../lab/docker/topology/plan.ts';
import type { NamedAccess } from '../../../../../lab/profiles.ts';

const PERFECT = { latencyMs: 0, jitterMs: 0, rate: null, lossPercent: 0 };

const siteOf = (profile: NamedAccess): SitePlan => {
  const [site] = planLab({
    addressing: DEFAULT_ADDRESSING,
    profiles: [profile],
    clientsPerSite: 1,
    backbone: true,
  }).sites;
  return site as SitePlan;
};

it('a link carries what its router has as its own, what it can be renumbered to, and what is behind it untranslated', () => {
  expect(linkPlace(siteOf(accessNamed('symmetric+nat66') as NamedAccess))).toEqual({
    routers: ['203.0.113.101', '2001:db8::101'],
    ipv4: ['203.0.113.101', '203.0.113.102'],
    ipv6: ['2001:db8::101', '2001:db8::102'],
  });
  expect(linkPlace(siteOf(accessNamed('carrier-grade+ipv6-firewall') as NamedAccess))).toEqual({
    routers: ['203.0.113.101', '2001:db8::101'],
    ipv4: ['203.0.113.101', '203.0.113.102'],
    ipv6: ['2001:db8::101', '2001:db8:1::/64', '2001:db8:1:1::/64'],
  });
  expect(linkPlace(siteOf(OPEN))).toEqual({
    routers: ['203.0.113.101'],
    ipv4: ['203.0.113.101', '198.18.0.0/24'],
    ipv6: [],
  });
});

it('each direction of each link has a queue of its own, and neighbour discovery has none', () => {
  const commands = queueCommands(
    [{ index: 3, place: { routers: ['x'], ipv4: ['1.1.1.1'], ipv6: ['2001:db8::1'] } }],
    'add',
  );
  expect(commands.split('\n')).toEqual([
    "iptables-restore --noflush <<'RULES'",
    '*raw',
    '-A PREROUTING -i wan -s 1.1.1.1 -j NFQUEUE --queue-num 6',
    'COMMIT',
    '*mangle',
    '-A POSTROUTING -o wan -d 1.1.1.1 -j NFQUEUE --queue-num 7',
    'COMMIT',
    'RULES',
    "ip6tables-restore --noflush <<'RULES'",
    '*raw',
    '-A PREROUTING -i wan -s 2001:db8::1 -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT',
    '-A PREROUTING -i wan -s 2001:db8::1 -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT',
    '-A PREROUTING -i wan -s 2001:db8::1 -j NFQUEUE --queue-num 6',
    'COMMIT',
    '*mangle',
    '-A POSTROUTING -o wan -d 2001:db8::1 -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT',
    '-A POSTROUTING -o wan -d 2001:db8::1 -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT',
    '-A POSTROUTING -o wan -d 2001:db8::1 -j NFQUEUE --queue-num 7',
    'COMMIT',
    'RULES',
  ]);
});

it('netem has a rate in any case, by which the order of packets stays, and room for what is on its way', () => {
  expect(netemCommands({ latencyMs: 20, jitterMs: 5, rate: 10_000_000, lossPercent: 1 }).split('\n')).toEqual([
    'tc qdisc replace dev wan root netem limit 105 delay 20ms 5ms loss 1% rate 10000000bit -14',
    'tc qdisc replace dev lan root netem limit 105 delay 20ms 5ms loss 1% rate 10000000bit -14',
  ]);
  expect(netemCommands(PERFECT).split('\n')[0]).toBe(
    'tc qdisc replace dev wan root netem limit 40000 delay 0ms rate 10000000000bit -14',
  );
});

it.each([
  [{ ...PERFECT, latencyMs: -1 }, 'latencyMs is -1; it must be a number from 0 to 10000'],
  [{ ...PERFECT, latencyMs: 5, jitterMs: 6 }, 'jitterMs is 6; it must be a number from 0 to 5'],
  [{ ...PERFECT, rate: 10 }, 'rate is 10; it must be a number from 1000 to 10000000000'],
  [{ ...PERFECT, lossPercent: Number.NaN }, 'lossPercent is NaN; it must be a number from 0 to 100'],
])('no link has %j', (quality, message) => {
  expect(() => requireQuality(quality)).toThrow(new RangeError(message));
});

it('links are shaped only where they meet', async () => {
  const shape = labLinks({ server: {} as never, helpers: new Map(), sites: [], backbone: null }, []);
  await expect(shape(PERFECT)).rejects.toThrow('start the lab with a backbone (backbone: true)');
});
