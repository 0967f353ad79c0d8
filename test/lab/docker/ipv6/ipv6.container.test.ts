/** A lab of both families: each access to IPv6, behind another NAT of IPv4. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CARRIER_GRADE,
  dualStack,
  FULL_CONE,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Lab,
  type LabContainer,
  type NamedIpv6Access,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { familyOf } from '../../../../src/endpoint.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';
import { gateCases } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { type PunchNames, startPunch } from '../punch/run.ts';

/** Punches from one site to another, and returns both reports. */
async function punchBetween(
  lab: Lab,
  sites: readonly [string, string],
  place: Pick<PunchNames, 'server' | 'rendezvous'> = { server: lab.server },
): Promise<readonly PunchReport[]> {
  const room = sites.join('-').replaceAll('+', '.');
  const [a, b] = sites.map((name) => lab.nat(name).client(0)) as [LabContainer, LabContainer];
  const runs = await Promise.all([
    startPunch(a, { ...place, id: 'alice', peer: 'bob', room }),
    startPunch(b, { ...place, id: 'bob', peer: 'alice', room }),
  ]);
  return (await Promise.all(runs.map((run) => run.result()))).map(({ report }) => report);
}

const [OPEN, TRANSPARENT, FIREWALL, NAT66, NPTV6, NPTV6_FIREWALL] = IPV6_ACCESSES as [
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
  NamedIpv6Access,
];
const BY_ADDRESS: NamedIpv6Access = {
  name: 'by-address',
  access: { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 120_000 },
};

const SITES = [
  ['full-cone+ipv6-open', { type: 'open', reason: null }, 0],
  ['restricted+ipv6-transparent', { type: 'open', reason: null }, 0],
  ['symmetric+ipv6-firewall', { type: 'firewalled', reason: null }, 0],
  ['port-restricted+nat66', { type: 'port-restricted', reason: null }, 0],
  ['carrier-grade+by-address', { type: 'firewalled', reason: null }, 0],
  ['port-restricted+ipv6-dropped', { type: 'inconclusive', reason: 'no-answer' }, 3],
  ['symmetric+nptv6', { type: 'full-cone', reason: null }, 0],
  ['carrier-grade+nptv6-firewall', { type: 'port-restricted', reason: null }, 0],
] as const;

const PUNCHES = [
  ['symmetric+ipv6-firewall', 'carrier-grade+by-address', 'IPv6', 'host'],
  ['port-restricted+nat66', 'symmetric+ipv6-firewall', 'IPv6', 'simultaneous-open'],
  ['port-restricted+ipv6-dropped', 'symmetric+ipv6-firewall', 'IPv4', 'birthday'],
  ['port-restricted+ipv6-dropped', 'restricted+ipv6-transparent', 'IPv4', 'simultaneous-open'],
  ['port-restricted', 'full-cone+ipv6-open', 'IPv4', 'simultaneous-open'],
  ['symmetric+nptv6', 'symmetric+ipv6-firewall', 'IPv6', 'simultaneous-open'],
  ['carrier-grade+nptv6-firewall', 'port-restricted+nat66', 'IPv6', 'simultaneous-open'],
] as const;

describeLab('a lab of every access to IPv6', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    const profiles = [
      dualStack(FULL_CONE, OPEN),
      dualStack(RESTRICTED, TRANSPARENT),
      dualStack(SYMMETRIC, FIREWALL),
      dualStack(PORT_RESTRICTED, NAT66),
      dualStack(CARRIER_GRADE, BY_ADDRESS),
      dualStack(PORT_RESTRICTED, IPV6_DROPPED),
      PORT_RESTRICTED,
      dualStack(SYMMETRIC, NPTV6),
      dualStack(CARRIER_GRADE, NPTV6_FIREWALL),
    ];
    lab = await startProvidedLab({ profiles });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('tells every IPv6 address, and null where there is none', () => {
    const { primary6, alternate6, address6 } = lab.server;
    expect([primary6, alternate6, address6]).toEqual(['2001:db8::10', '2001:db8::11', '2001:db8::10']);
    const told = lab.sites.map((site) => [site.name, site.ipv6?.kind, site.publicAddress6, site.client(0).address6]);
    expect(told).toEqual([
      ['full-cone+ipv6-open', 'open', '2001:db8::101', '2001:db8:1::2'],
      ['restricted+ipv6-transparent', 'firewall', '2001:db8::102', '2001:db8:2::2'],
      ['symmetric+ipv6-firewall', 'firewall', '2001:db8::103', '2001:db8:3::2'],
      ['port-restricted+nat66', 'nat', '2001:db8::104', 'fdc7:3a52:61e9:4::2'],
      ['carrier-grade+by-address', 'firewall', '2001:db8::105', '2001:db8:5::2'],
      ['port-restricted+ipv6-dropped', 'dropped', '2001:db8::106', '2001:db8:6::2'],
      ['port-restricted', undefined, null, null],
      ['symmetric+nptv6', 'nat', '2001:db8::108', 'fdc7:3a52:61e9:8::2'],
      ['carrier-grade+nptv6-firewall', 'nat', '2001:db8:9:1::2', 'fdc7:3a52:61e9:9::2'],
    ]);
  });

  it.concurrent.for(SITES)('behind %s natcheck detect finds what is done with IPv6', async ([name, verdict, code]) => {
    const detect = ['natcheck', 'detect', '--json', '-6', '--server', `[${lab.server.primary6}]:3478`];
    const { stdout, exitCode } = await lab.nat(name).client(0).exec(detect);
    expect(JSON.parse(stdout).verdict).toEqual(verdict);
    expect(exitCode).toBe(code);
  });

  it('a translated prefix keeps ports, and gives each host a public address of its own', async () => {
    const detect = ['natcheck', 'detect', '--json', '-6', '--server', `[${lab.server.primary6}]:3478`];
    const { stdout } = await lab.nat('symmetric+nptv6').client(0).exec(detect);
    const { allocation, translation, public: seen } = JSON.parse(stdout);
    expect([allocation.kind, translation.kind, seen.address]).toEqual(['preserved', 'static', '2001:db8:8::2']);
    expect(lab.nat('symmetric+nptv6').prefixes6).toEqual({
      subnet: 'fdc7:3a52:61e9:8::/64',
      outside: '2001:db8:8::/64',
    });
  });

  it('natcheck detect has a verdict for each family', async () => {
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
    const [over4] = [JSON.parse((await lab.nat('symmetric+ipv6-firewall').client(0).exec(detect)).stdout)];
    expect([over4.verdict.type, over4.ipv6]).toEqual(['symmetric', undefined]);
    const hosts = `echo '${lab.server.primary} both' >> /etc/hosts; echo '${lab.server.primary6} both' >> /etc/hosts`;
    const { client } = lab.nat('symmetric+ipv6-firewall');
    await client(0).exec(['sh', '-c', hosts]);
    const { stdout, exitCode } = await client(0).exec([...detect.slice(0, -1), 'both:3478']);
    const { verdict, ipv6 } = JSON.parse(stdout);
    expect([verdict.type, ipv6.verdict.type, exitCode]).toEqual(['symmetric', 'firewalled', 0]);
  });

  it.concurrent.for(gateCases(PUNCHES, ([a]) => a.startsWith('symmetric') || a.includes('dropped')))(
    '%s × %s: natcheck punch opens a direct path over %s',
    async ([a, b, family, technique]) => {
      const reports = await punchBetween(lab, [a, b]);
      expect(reports.map(({ outcome, remote }) => [outcome, remote && familyOf(remote.address)])).toEqual(
        Array(2).fill(['direct', family]),
      );
      expect(reports.map((one) => one.technique)).toContain(technique);
    },
  );

  it('a server with one address is enough for a symmetric NAT and a strict one', async () => {
    const [port, altPort, httpPort] = ['4478', '4479', '4480'];
    const { primary } = lab.server;
    await using alone = await lab.server.start([
      ...['natcheck', 'serve', '--ip', primary, '--port', port],
      ...['--alt-port', altPort, '--http-port', httpPort],
    ]);
    await alone.line(/\bready\b/);
    const place = { server: { primary: `${primary}:${port}` }, rendezvous: `ws://${primary}:${httpPort}` };
    const reports = await punchBetween(lab, ['symmetric+ipv6-firewall', 'port-restricted'], place);
    expect(reports.map(({ outcome, technique }) => [outcome, technique])).toEqual(
      Array(2).fill(['direct', 'birthday']),
    );
    const assumed =
      /^it is not known what the NAT of bob does: it is taken for one that keeps its public endpoint and has the strictest filter;/;
    expect(reports.map(({ plan }) => [plan?.text, plan?.probability])).toEqual(
      Array(2).fill([expect.stringMatching(assumed), null]),
    );
  });

  it('gives a client no way out but its router', async () => {
    const { router, client } = lab.nat('full-cone+ipv6-open');
    const ping = async (): Promise<number> =>
      (await client(0).exec(['ping', '-6', '-c', '1', '-W', '0.3', '2001:db8::10'])).exitCode;
    expect(await ping()).toBe(0);
    await router.exec([
      'nft',
      'table ip6 stop { chain forward { type filter hook forward priority -1; policy drop; }; }',
    ]);
    expect(await ping()).toBe(1);
    await router.exec(['nft', 'delete', 'table', 'ip6', 'stop']);
    expect(await ping()).toBe(0);
  });

  it('gives a client one default route, which leads nowhere where IPv6 is dropped', async () => {
    const client = lab.nat('port-restricted+ipv6-dropped').client(0);
    const { stdout } = await client.exec(['ip', '-6', 'route']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.replace(/ (proto|metric) .*/, '')),
    ).toEqual(['2001:db8:6::/64 dev lan', 'fe80::/64 dev lan', 'default via 2001:db8:6::254 dev lan']);
    const { exitCode } = await client.exec(['ping', '-6', '-c', '1', '-W', '0.3', '2001:db8::10']);
    expect(exitCode).toBe(1);
  });

  it('gives a site without IPv6 none of it', async () => {
    const { router, client } = lab.nat('port-restricted');
    for (const container of [router, client(0)]) {
      expect((await container.exec(['ip', '-6', 'addr', 'show', 'scope', 'global'])).stdout).toBe('');
      expect((await container.exec(['ip', '-6', 'route'])).stdout).toBe('');
    }
    expect(await router.rules()).not.toContain('ip6');
  });

  it('shows the rules and the connections of IPv6 beside those of IPv4', async () => {
    const { router, client } = lab.nat('port-restricted+nat66');
    const rules = await router.rules();
    expect(rules).toContain('-A FORWARD -i lan -j ACCEPT');
    expect(rules).toContain('table ip6 access {');
    const connections = await router.conntrack();
    expect(connections).toContain(`src=${client(0).address} dst=${lab.server.primary} `);
    expect(connections).toMatch(/src=fdc7:3a52:61e9:4::2 dst=2001:db8::10 .* dst=2001:db8::104 /);
  });

  it('loses every n-th datagram of each family by its own count', async () => {
    const { router, client } = lab.nat('restricted+ipv6-transparent');
    await router.loseEveryNth(5);
    for (const server of [lab.server.primary, '2001:db8::10']) await client(0).exec(['node', '-e', SEND_20, server]);
    const lost = async (): Promise<readonly string[]> => {
      const { stdout } = await router.exec(['sh', '-c', 'iptables-save -c -t raw; ip6tables-save -c -t raw']);
      return [...stdout.matchAll(/^\[(\d+):\d+\] -A PREROUTING -i (\w+)/gm)].map(
        ([, count, from]) => `${count} ${from}`,
      );
    };
    expect(await lost()).toEqual(['4 lan', '0 wan', '4 lan', '0 wan']);
    await router.loseEveryNth(0);
    expect(await lost()).toEqual([]);
  });
});

/** To the discard port, where nobody answers but the system, with ICMP. */
const SEND_20 = `
  const [to] = process.argv.slice(1);
  const socket = require('node:dgram').createSocket(to.includes(':') ? 'udp6' : 'udp4').bind();
  let sent = 0;
  for (let i = 0; i < 20; i++) socket.send('x', 9, to, () => ++sent === 20 && socket.close());`;
