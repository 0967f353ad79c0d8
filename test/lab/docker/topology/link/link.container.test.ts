/** The links of a lab, shaped and broken, as real packets meet them. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { accessNamed } from '../../../../../lab/accesses.ts';
import { until } from '../../../../../lab/docker/waiting.ts';
import { FULL_CONE, type Lab, type LabSite, type NamedAccess, type ShapedLinks } from '../../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../../provided.ts';

const ADDRESSING = { publicPrefix: '198.51.100', privatePrefix: '10.114', routedPrefix: '198.19' };
const PERFECT = { latencyMs: 0, jitterMs: 0, rate: null, lossPercent: 0 };
/** Of a busy machine, beside what links do. */
const BUSY_MS = 25;

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
  beforeEach(() => links?.set(PERFECT));
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Round-trip times in ms, of those that came back. */
  const pings = async (to: string, count: number): Promise<readonly number[]> => {
    const { stdout } = await near.client(0).exec(['ping', '-n', '-c', `${count}`, '-i', '0.01', '-W', '1', to]);
    return [...stdout.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms)).toSorted((a, b) => a - b);
  };
  const medianOf = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? Number.NaN;

  it('hold each packet back, in both families and both directions, and between two sites on both links', async () => {
    await links.set({ ...PERFECT, latencyMs: 30 });
    const ways = [
      [lab.server.primary, 60],
      [lab.server.primary6 ?? '', 60],
      [far.publicAddress, 120],
    ] as const;
    for (const [to, ms] of ways) {
      const rtts = await pings(to, 20);
      expect(rtts).toHaveLength(20);
      expect(rtts[0]).toBeGreaterThanOrEqual(ms);
      expect(medianOf(rtts)).toBeLessThan(ms + BUSY_MS);
    }
  });

  it('hold each packet back for another time, within what the jitter says, and never change their order', async () => {
    await links.set({ ...PERFECT, latencyMs: 30, jitterMs: 10 });
    const { stdout } = await near
      .client(0)
      .exec(['ping', '-n', '-c', '200', '-i', '0.005', '-W', '1', lab.server.primary]);
    const numbers = [...stdout.matchAll(/icmp_seq=(\d+) .*time=([\d.]+) ms/g)];
    expect(numbers.map(([, number]) => Number(number))).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const rtts = numbers.map(([, , ms]) => Number(ms)).toSorted((a, b) => a - b);
    expect(rtts[0]).toBeGreaterThanOrEqual(40);
    expect(rtts[0]).toBeLessThan(58);
    expect(rtts[190]).toBeGreaterThan(62);
    expect(medianOf(rtts)).toBeLessThan(80 + BUSY_MS);
  });

  it('lose so many packets of a hundred, each way', async () => {
    await links.set({ ...PERFECT, lossPercent: 20 });
    // 64 of 100 come back; four standard deviations of 400 draws are 38.
    const { length } = await pings(lab.server.primary, 400);
    expect(Math.abs(length - 256)).toBeLessThanOrEqual(38);
  });

  it('carry no more than their rate, each way', async () => {
    const rate = 4_000_000;
    await links.set({ ...PERFECT, rate });
    const server = await lab.server.start(['iperf3', '-s', '--forceflush']);
    await server.line(/listening/);
    for (const direction of [[], ['-R']]) {
      const iperf = ['iperf3', '-J', '-n', '1M', '-c', lab.server.primary, ...direction];
      const { stdout } = await near.client(0).exec(iperf);
      const { bits_per_second: received } = JSON.parse(stdout).end.sum_received;
      // TCP has 52 bytes of headers in 1500.
      expect(received).toBeGreaterThan(0.8 * rate);
      expect(received).toBeLessThan(rate);
    }
    await server[Symbol.asyncDispose]();
  });

  it('are shaped once at a time', async () => {
    await expect(lab.shape(PERFECT, [far])).rejects.toThrow(
      'the link of full-cone is shaped already: set() changes it',
    );
  });

  it('carry nothing when they are cut, in either family, and the same as before when they are restored', async () => {
    await near.router.cut();
    expect(await pings(lab.server.primary, 2)).toHaveLength(0);
    expect(await pings(lab.server.primary6 ?? '', 2)).toHaveLength(0);
    await near.repair();
    expect(await pings(lab.server.primary, 2)).toHaveLength(2);
    expect(await pings(lab.server.primary6 ?? '', 2)).toHaveLength(2);
  });

  it('have another public address in each translated family when their router is renumbered, and then the first again', async () => {
    const seen = async (to: string): Promise<string> => {
      await using echo = await lab.server.start([
        'socat',
        '-T1',
        `UDP6-RECVFROM:7000,fork,reuseaddr`,
        'SYSTEM:echo $SOCAT_PEERADDR',
      ]);
      const asked = ['sh', '-c', `echo | socat -t2 - UDP:${to}:7000`];
      const answer = await until(async () => (await near.client(0).exec(asked)).stdout.trim() || undefined, {
        what: `an answer of ${echo.pid}`,
        timeoutMs: 20_000,
      });
      return answer;
    };
    const both = async (): Promise<readonly string[]> => [
      await seen(lab.server.primary),
      await seen(`[${lab.server.primary6}]`),
    ];
    const first = await both();
    expect(near.spareAddresses).toEqual(['198.51.100.103', '2001:db8::103']);
    expect(await near.renumber()).toBe('198.51.100.103');
    expect(await both()).not.toEqual(first);
    expect(await near.renumber()).toBe(near.publicAddress);
    expect(await both()).toEqual(first);
  });

  it('carry nothing any more when their program has ended, and say so', async () => {
    await lab.server.exec(['true']);
    const failed = expect(links.failed).rejects.toThrow('what shapes the links of the lab has ended');
    await links.set({ ...PERFECT, rate: 0 }).catch(() => {});
    await failed;
  });
});
