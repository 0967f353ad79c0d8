/** Partners in other places: with an address of each family, and with one of them behind a 1:1 NAT, as in clouds. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  dualStack,
  IPV6_ACCESSES,
  type Lab,
  type LabContainer,
  type NamedIpv6Access,
  PORT_RESTRICTED,
  STATIC,
  SYMMETRIC,
} from '../../../../lab/index.ts';
import { notInGate } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { servePartnered, UP } from './serve.ts';

const ipv6Named = (name: string): NamedIpv6Access => IPV6_ACCESSES.find((one) => one.name === name) as NamedIpv6Access;
const SITES = [
  dualStack(PORT_RESTRICTED, ipv6Named('nat66')),
  dualStack(SYMMETRIC, ipv6Named('ipv6-firewall')),
] as const;

describeLab('two partners', () => {
  let lab: Lab;
  let other: LabContainer;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...SITES, STATIC], helpers: ['partner'] });
    other = lab.helper('partner');
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());
  const detect = async (site: string, ...words: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await lab
      .nat(site)
      .client(0)
      .exec(['natcheck', 'detect', '--json', ...words]);
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout).verdict.type;
  };

  it('are one server over each family of which both have an address', async () => {
    const ends = [lab.server, other].map(({ address, address6 }) => [address, address6 ?? '']);
    const [here = [], there = []] = ends;
    await using home = await servePartnered(lab.server, { ip: here, partner: there });
    await using away = await servePartnered(other, { ip: there, partner: here });
    await Promise.all([home, away].flatMap((one) => [one.line(UP.IPv4), one.line(UP.IPv6)]));
    const found = await Promise.all(
      ends.flatMap(([ipv4 = '', ipv6 = '']) =>
        SITES.flatMap(({ name }) => [
          detect(name, '-4', '--server', ipv4),
          detect(name, '-6', '--server', `[${ipv6}]:3478`),
        ]),
      ),
    );
    const once = ['port-restricted', 'port-restricted', 'symmetric', 'firewalled'];
    expect(found).toEqual([...once, ...once]);
  });

  it('are one server where one of them is behind a 1:1 NAT', async ({ skip }) => {
    notInGate(skip);
    const cloud = lab.nat('static').client(0);
    const { publicAddress } = lab.nat('static');
    const ip = [`${cloud.address}=${publicAddress}`];
    await using home = await servePartnered(cloud, { ip, partner: [other.address] });
    await using away = await servePartnered(other, { ip: [other.address], partner: [publicAddress] });
    await Promise.all([home.line(UP.IPv4), away.line(UP.IPv4)]);
    const found = await Promise.all(
      [publicAddress, other.address].flatMap((server) =>
        SITES.map(({ name }) => detect(name, '-4', '--server', server)),
      ),
    );
    expect(found).toEqual(['port-restricted', 'symmetric', 'port-restricted', 'symmetric']);
  });
});
