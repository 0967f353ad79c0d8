/**
 * The NATs that make a punch hard, on real routers: each is held to its profile by the start, natcheck detect names it
 * rightly, and a packet with few hops ends between the routers.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  HARD_NATS,
  type Lab,
  type LabRouter,
  type NamedAccess,
  RESTRICTED,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { startPunch } from './run.ts';

/** The stricter of the two is the outer one. */
const CARRIER_SYMMETRIC: NamedAccess = {
  name: 'carrier-symmetric',
  access: { kind: 'nat', layers: [RESTRICTED, { ...SYMMETRIC, name: 'carrier' }] },
};

const ANY = 'address-and-port-dependent';

describeLab('a lab of hard NATs, with a backbone', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...HARD_NATS, CARRIER_SYMMETRIC], backbone: true });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('has a site for each, every one held to its profile by the start', () => {
    expect(lab.sites.map(({ name, carrier }) => [name, carrier !== null])).toEqual([
      ['symmetric-sequential', false],
      ['symmetric-address', false],
      ['symmetric-block', false],
      ['inbound-first', false],
      ['carrier-grade', true],
      ['carrier-symmetric', true],
    ]);
  });

  it.concurrent.for([
    ['symmetric-sequential', 'symmetric', ANY, undefined],
    ['symmetric-address', 'symmetric', 'address-dependent', undefined],
    ['symmetric-block', 'symmetric', ANY, undefined],
    ['inbound-first', 'port-restricted', 'endpoint-independent', 'changes-port'],
    ['carrier-grade', 'port-restricted', 'endpoint-independent', 'forgotten'],
    ['carrier-symmetric', 'symmetric', ANY, undefined],
  ] as const)('%s is found to be %s by natcheck detect', async ([site, verdict, mapping, early]) => {
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
    const { stdout, stderr, exitCode } = await lab.nat(site).client(0).exec(detect);
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.early?.behavior).toBe(early);
    expect(report).toMatchObject({
      verdict: { type: verdict, reason: null },
      mapping: { behavior: mapping, reason: null },
      filtering: { behavior: ANY, reason: null },
      public: { address: lab.nat(site).publicAddress },
    });
  });

  it('counts one port for each new destination of a socket, and none for what it sends there again', async () => {
    const { router, client } = lab.nat('symmetric-sequential');
    await client(0).exec(['node', '-e', SEND, lab.server.primary, '9001', '9001', '9002', '9001', '9003', '9002']);
    const [first = 0, ...others] = await publicPorts(router, [9001, 9002, 9003]);
    expect(others).toEqual([first + 1, first + 2]);
  });

  it('has the very connections that both sides of a path met by a birthday name', async () => {
    const sites = [lab.nat('inbound-first'), lab.nat('symmetric-block')];
    const ids = ['alice', 'bob'] as const;
    const runs = await Promise.all(
      sites.map(({ client }, at) => {
        const [id = '', peer = ''] = at === 0 ? ids : ids.toReversed();
        return startPunch(client(0), { server: lab.server, id, peer, room: 'birthday' });
      }),
    );
    const reports = (await Promise.all(runs.map((run) => run.result()))).map(({ report }) => report);
    expect(reports.map(({ outcome, technique }) => [outcome, technique])).toEqual(
      Array(2).fill(['direct', 'birthday']),
    );
    const translated = sites.map(async ({ router }, at) => translationOf(router, reports[at]));
    expect(await Promise.all(translated)).toEqual(reports.map((report) => report.public));
    expect(reports[0]?.remote).toEqual(reports[1]?.public);
    expect(reports[1]?.remote).toEqual(reports[0]?.public);
  });

  it.concurrent.for([
    ['carrier-grade', 'inbound-first'],
    ['inbound-first', 'carrier-grade'],
  ] as const)('%s and %s meet directly, whichever packet is first', async ([a, b]) => {
    const runs = await Promise.all([
      startPunch(lab.nat(a).client(0), { server: lab.server, id: 'alice', peer: 'bob', room: a }),
      startPunch(lab.nat(b).client(0), { server: lab.server, id: 'bob', peer: 'alice', room: a }),
    ]);
    const reports = (await Promise.all(runs.map((run) => run.result()))).map(({ report }) => report);
    expect(reports.map(({ outcome, technique }) => [outcome, technique])).toEqual(
      Array(2).fill(['direct', 'simultaneous-open']),
    );
  });

  it('lets a packet with a TTL of 2 out of its own router, and not as far as the next one', async () => {
    const [near, far] = [lab.nat('carrier-grade').carrier, lab.nat('inbound-first')];
    if (near === null) throw new Error('no carrier');
    const send = ['node', '-e', SEND_BY_TTL, far.publicAddress];
    // Its own router and its carrier's are two hops already.
    await lab
      .nat('carrier-grade')
      .client(0)
      .exec([...send, '503=3', '564=64']);
    await lab
      .nat('symmetric-block')
      .client(0)
      .exec([...send, '502=2', '565=64']);
    // Others send from these routers too, to ports that they draw: from 1024 on.
    const toFar = new RegExp(
      `^udp .*? dst=${far.publicAddress.replaceAll('.', '\\.')} sport=\\S+ dport=(5\\d\\d) `,
      'gm',
    );
    const passed = async (router: LabRouter): Promise<readonly string[]> =>
      [...(await router.conntrack()).matchAll(toFar)].map(([, to = '']) => to);
    expect((await passed(near)).toSorted()).toEqual(['503', '564']);
    expect((await passed(lab.nat('symmetric-block').router)).toSorted()).toEqual(['502', '565']);
    expect((await passed(far.router)).toSorted()).toEqual(['564', '565']);
  });
});

/** The public port of the connection to each of these ports, of which there is one. */
async function publicPorts(router: LabRouter, to: readonly number[]): Promise<readonly number[]> {
  const connections = await router.conntrack();
  return to.map((port) => {
    const found = [...connections.matchAll(new RegExp(`^udp .* dport=${port} .* dport=(\\d+) `, 'gm'))];
    expect(found).toHaveLength(1);
    return Number(found[0]?.[1]);
  });
}

/** What the router makes of the source of the connection that the report names. */
async function translationOf(
  router: LabRouter,
  report: Pick<PunchReport, 'local' | 'remote'> | undefined,
): Promise<Endpoint | null> {
  const { local, remote } = report ?? {};
  const way = `src=${local?.address} dst=${remote?.address} sport=${local?.port} dport=${remote?.port} `;
  const line = (await router.conntrack()).split('\n').find((one) => one.startsWith('udp ') && one.includes(way));
  const [, address, port] = /src=\S+ dst=(\S+) sport=\d+ dport=(\d+) /.exec(line?.split(way)[1] ?? '') ?? [];
  return address === undefined ? null : { address, port: Number(port) };
}

const SEND = `
  const [address, ...ports] = process.argv.slice(1);
  const socket = require('node:dgram').createSocket('udp4').bind(5000, async () => {
    for (const port of ports) await new Promise((sent) => socket.send('x', Number(port), address, sent));
    socket.close();
  });`;

/** To ports each by a TTL, such as 502=2. */
const SEND_BY_TTL = `
  const [address, ...each] = process.argv.slice(1);
  const socket = require('node:dgram').createSocket('udp4').bind(0, async () => {
    for (const [port, ttl] of each.map((one) => one.split('=').map(Number))) {
      socket.setTTL(ttl);
      await new Promise((sent) => socket.send('x', port, address, sent));
    }
    socket.close();
  });`;
