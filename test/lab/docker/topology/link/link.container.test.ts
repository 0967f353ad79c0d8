/** The links of a lab, shaped and broken: what real packets meet on them, each way. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessNamed } from '../../../../../lab/accesses.ts';
import { FULL_CONE, type Lab, type LabSite, type NamedAccess, type ShapedLinks } from '../../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../../provided.ts';

const ADDRESSING = { publicPrefix: '198.51.100', privatePrefix: '10.114', routedPrefix: '198.19' };
const PERFECT = { latencyMs: 0, jitterMs: 0, rate: null, lossPercent: 0 };

describeLab('the links of a lab', () => {
  let lab: Lab;
  let [near, far] = [] as unknown as [LabSite, LabSite];
  let links: ShapedLinks;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [accessNamed('port-restricted+nat66') as NamedAccess, FULL_CONE],
      backbone: true,
      addressing: ADDRESSING,
    });
    [near, far] = lab.sites as [LabSite, LabSite];
    links = await lab.shape(PERFECT);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Round-trip times in ms from a client to the server. */
  const pings = async (site: LabSite, to: string, count: number): Promise<readonly number[]> => {
    const { stdout } = await site.client(0).exec(['ping', '-n', '-c', `${count}`, '-i', '0.01', '-W', '3', to]);
    return [...stdout.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms));
  };
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

  it('hold each packet back', async () => {
    await links.set({ ...PERFECT, latencyMs: 30 });
    console.log(
      links.by,
      median(await pings(near, lab.server.primary, 20)),
      median(await pings(far, near.publicAddress, 20)),
      median(await pings(near, lab.server.primary6 ?? '', 20)),
    );
    await links.set({ ...PERFECT, latencyMs: 30, jitterMs: 10 });
    const rtts = await pings(near, lab.server.primary, 100);
    console.log(Math.min(...rtts), median(rtts), Math.max(...rtts));
    await links.set({ ...PERFECT, lossPercent: 20 });
    console.log((await pings(near, lab.server.primary, 500)).length);
    await links.set(PERFECT);
    console.log(median(await pings(near, lab.server.primary, 100)));
    await using server = await lab.server.start(['iperf3', '-s']);
    await server.line(/listening/);
    for (const rate of [null, 5e6, 50e6]) {
      await links.set({ ...PERFECT, rate });
      for (const extra of [[], ['-R']]) {
        const { stdout } = await near.client(0).exec(['iperf3', '-J', '-t', '2', '-c', lab.server.primary, ...extra]);
        console.log(rate, extra, JSON.parse(stdout).end?.sum_received?.bits_per_second / 1e6);
      }
    }
  });
});
