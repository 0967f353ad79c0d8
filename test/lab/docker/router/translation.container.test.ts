/** Static and dynamic NATs in the container lab, held to their profiles by the start, and what a detection says behind them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Lab,
  NonconformingError,
  PORT_RESTRICTED,
  routerRules,
  STATIC,
  SYMMETRIC,
  startNatcheckServer,
  TRANSLATIONS,
} from '../../../../lab/index.ts';
import type { DetectReport } from '../../../../src/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

describeLab('a lab of every kind of translation', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...TRANSLATIONS, PORT_RESTRICTED, SYMMETRIC], clientsPerNat: 2 });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const detectAt = async (site: string, client: number): Promise<DetectReport> => {
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
    return JSON.parse((await lab.nat(site).client(client).exec(detect)).stdout);
  };

  it.concurrent.for([
    ['static', 'full-cone', 'static'],
    ['static-filtered', 'port-restricted', 'ports-preserved'],
    ['dynamic', 'port-restricted', 'dynamic'],
    ['port-restricted', 'port-restricted', 'ports-preserved'],
    ['symmetric', 'symmetric', 'napt'],
  ] as const)('%s is found %s, and its translation %s', async ([site, verdict, said]) => {
    const report = await detectAt(site, 0);
    const { kind, reason, evidence } = report.translation;
    expect([report.verdict.type, reason ?? kind]).toEqual([verdict, said]);
    expect(evidence.unsolicited).toHaveLength(said === 'static' ? 2 : 0);
    expect(evidence.publicAddresses.length > 1).toBe(said === 'dynamic');
  });

  it('an address of the host to which no answer finds back is not called blocked, since TCP finds none either', async () => {
    const client = lab.nat('port-restricted').client(1);
    // The router translates what comes from there, and has no route for the answers.
    await client.exec(['ip', 'addr', 'add', '10.99.9.9/32', 'dev', 'lan']);
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary, '--local', '10.99.9.9'];
    const { stdout, exitCode } = await client.exec(detect);
    const { verdict, local }: DetectReport = JSON.parse(stdout);
    expect([exitCode, verdict, local?.address]).toEqual([
      3,
      { type: 'inconclusive', reason: 'no-answer' },
      '10.99.9.9',
    ]);
  });

  it('a static NAT has another public address for each client', async () => {
    const reports = await Promise.all([0, 1].map((client) => detectAt('static', client)));
    expect(reports.map(({ translation }) => translation.kind)).toEqual(['static', 'static']);
    expect(reports.map((report) => report.public?.address)).toEqual(
      ['101', '12'].map((number) => lab.server.primary.replace(/\d+$/, number)),
    );
  });
});

describeLab('a static NAT that shuts out what nobody has asked for', () => {
  it('is refused', async () => {
    const refusal = await startProvidedLab({
      profiles: [STATIC],
      clientsPerNat: 2,
      rules: (access, place) => {
        const { iptables, nft } = routerRules(access, place);
        return { iptables: iptables.replace(/-A PREROUTING .*\n/g, ''), nft };
      },
    }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NonconformingError);
    expect((refusal as NonconformingError).mismatches).toEqual([
      'static: filtering: asked endpoint-independent, got address-and-port-dependent',
      'static: unsolicited: asked let-in, got dropped',
    ]);
  });
});
