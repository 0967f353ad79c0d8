/** Routers that map ports on request: natcheck asks them, two symmetric NATs open by it, and nothing of it is left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Lab,
  type LabSite,
  type NamedAccess,
  PORT_RESTRICTED,
  type Program,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { notInGate } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { type PunchResult, startPunch } from '../punch/run.ts';
import { addressingOf, mappedPorts, startMiniupnpd } from './miniupnpd.ts';

const CARRIER: NamedAccess = {
  name: 'carrier',
  access: { kind: 'nat', layers: [PORT_RESTRICTED, { ...SYMMETRIC, name: 'outer' }] },
};
const ADDRESSING = addressingOf(0);
/** Nobody's in the lab. */
const ELSEWHERE = `${ADDRESSING.publicPrefix}.99`;

describeLab('a router that maps ports', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let daemons: readonly Program[] = [];
  let natPmp: LabSite;
  let pcp: LabSite;
  let upnp: LabSite;
  let plain: LabSite;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [...new Array(5).fill(SYMMETRIC), CARRIER],
      addressing: ADDRESSING,
    });
    natPmp = lab.nat('symmetric');
    upnp = lab.nat('symmetric-2');
    plain = lab.nat('symmetric-3');
    pcp = lab.nat('symmetric-5');
    const starts = [
      startMiniupnpd(natPmp.router, { speaks: 'nat-pmp' }),
      startMiniupnpd(pcp.router, { speaks: 'pcp' }),
      startMiniupnpd(upnp.router, { speaks: 'upnp-igd' }),
      startMiniupnpd(lab.nat('carrier').router, { speaks: 'upnp-igd', external: ELSEWHERE }),
    ];
    daemons = await Promise.all(starts);
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await Promise.all(daemons.map((daemon) => daemon[Symbol.asyncDispose]()));
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const both = async (alice: LabSite, bob: LabSite): Promise<readonly [PunchResult, PunchResult]> => {
    const room = `${alice.name}-${bob.name}`;
    const start = (site: LabSite, id: string, peer: string) =>
      startPunch(site.client(0), { server: lab.server, id, peer, room });
    const runs = await Promise.all([start(alice, 'alice', 'bob'), start(bob, 'bob', 'alice')]);
    return Promise.all([runs[0].result(), runs[1].result()]);
  };

  // Those that take longest come first.
  it.concurrent('is of no use behind the NAT of a carrier', async ({ skip }) => {
    notInGate(skip);
    for (const { report, exitCode } of await both(lab.nat('carrier'), plain)) {
      expect([report.outcome, report.reason, exitCode]).toEqual(['failed', 'no-path', 7]);
    }
  });

  it.concurrent('is missed by two symmetric NATs of which none has it', async ({ skip }) => {
    notInGate(skip);
    for (const { report, exitCode } of await both(plain, lab.nat('symmetric-4'))) {
      expect([report.outcome, report.reason, exitCode]).toEqual(['failed', 'no-path', 7]);
    }
  });

  it.concurrent.for([
    ['first', 'PCP'],
    ['second', 'NAT-PMP'],
  ])('opens two symmetric NATs when the %s of them has it, by %s', async ([which, protocol]) => {
    const isFirst = which === 'first';
    const site = protocol === 'PCP' ? pcp : natPmp;
    const results = await (isFirst ? both(site, plain) : both(plain, site));
    for (const { report, exitCode } of results) {
      const { outcome, technique } = report;
      expect([outcome, technique, exitCode], JSON.stringify(report)).toEqual(['direct', 'port-mapping', 0]);
    }
    const [mapped, other] = isFirst ? results : results.toReversed();
    // The router maps the port of the socket, which is not what the server sees of it.
    const endpoint = { address: site.publicAddress, port: mapped?.report.local?.port };
    expect([mapped?.report.public, other?.report.remote]).toEqual([endpoint, endpoint]);
    expect(mapped?.report.steps.find(({ step }) => step === 1)?.text).not.toContain(`:${endpoint.port}`);
  });

  it.concurrent.for([
    ['symmetric', { mapping: 'nat-pmp', wan: `${ADDRESSING.publicPrefix}.101`, carrierGrade: false, reason: null }],
    ['symmetric-5', { mapping: 'pcp', wan: `${ADDRESSING.publicPrefix}.105`, carrierGrade: false, reason: null }],
    ['symmetric-2', { mapping: 'upnp-igd', wan: `${ADDRESSING.publicPrefix}.102`, carrierGrade: false, reason: null }],
    ['symmetric-3', { mapping: null, wan: null, carrierGrade: null, reason: 'router-silent' }],
    ['carrier', { mapping: 'upnp-igd', wan: ELSEWHERE, carrierGrade: true, reason: null }],
  ] as const)('%s is asked by natcheck detect --router', async ([name, router]) => {
    const detect = ['natcheck', 'detect', '--json', '--router', '--server', lab.server.primary];
    const { stdout, stderr, exitCode } = await lab.nat(name).client(0).exec(detect);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: { type: 'symmetric' }, router });
  });

  // After all that is concurrent.
  describe('when it is over', () => {
    it('has nothing mapped any more', async () => {
      const routers = [natPmp, pcp, upnp, lab.nat('carrier')].map(({ router }) => mappedPorts(router));
      expect(await Promise.all(routers)).toEqual([[], [], [], []]);
    });

    it.concurrent.for(['natPmp', 'pcp', 'upnp'] as const)(
      'has nothing mapped when it was interrupted (%s)',
      async (which, { expect }) => {
        const { router, client } = { natPmp, pcp, upnp }[which];
        const words = ['natcheck', 'punch', '--id', 'carol', '--peer', 'nobody', '--room', which];
        await using waiting = await client(0).start([...words, '--server', lab.server.primary]);
        await expect.poll(() => mappedPorts(router)).toHaveLength(1);
        await client(0).exec(['kill', '-INT', `${waiting.pid}`]);
        await waiting.ended;
        expect(await mappedPorts(router)).toEqual([]);
      },
    );
  });
});
