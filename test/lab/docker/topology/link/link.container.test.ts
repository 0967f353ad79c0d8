/** The links of a lab, shaped and broken, as real packets meet them. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessNamed } from '../../../../../lab/accesses.ts';
import { exec } from '../../../../../lab/docker/container/exec.ts';
import { connectDocker } from '../../../../../lab/docker/engine/testcontainers.ts';
import { FULL_CONE, type Lab, type LabSite, type NamedAccess, type ShapedLinks } from '../../../../../lab/index.ts';
import { describeLab, labHost, startProvidedLab } from '../../provided.ts';

const PERFECT = { latencyMs: 0, jitterMs: 0, rate: null, lossPercent: 0 };
/** Of a busy machine, beside what links do. */
const BUSY_MS = 25;

/** Tells everyone where it is seen. */
const ECHO = `
import select, socket, sys
sockets = [socket.socket(socket.AF_INET6 if ':' in one else socket.AF_INET, socket.SOCK_DGRAM) for one in sys.argv[1:]]
for one, address in zip(sockets, sys.argv[1:]): one.bind((address, 7000))
print('echoing', flush=True)
while True:
    for one in select.select(sockets, [], [])[0]:
        _, who = one.recvfrom(100)
        one.sendto(who[0].encode(), who)
`;

const ASKER = `
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.5)
for _ in range(10):
    s.sendto(b'?', (sys.argv[1], 7000))
    try: print(s.recv(100).decode()); break
    except TimeoutError: pass
`;

describeLab('the links of a lab', () => {
  let lab: Lab;
  let [near, far] = [] as unknown as [LabSite, LabSite];
  let links: ShapedLinks;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [accessNamed('port-restricted+nat66') as NamedAccess, FULL_CONE],
      backbone: true,
    });
    [near, far] = lab.sites as [LabSite, LabSite];
    links = await lab.shape(PERFECT);
  });
  afterEach(async () => {
    await links.set(PERFECT).catch(() => {});
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Round-trip times in ms, of those that came back. */
  const pings = async (to: string, count: number): Promise<readonly number[]> => {
    const { stdout } = await near.client(0).exec(['ping', '-n', '-c', `${count}`, '-i', '0.01', '-W', '1', to]);
    return [...stdout.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms)).toSorted((a, b) => a - b);
  };

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
      expect(rtts[0]).toBeLessThan(ms + BUSY_MS);
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
    expect(rtts[100]).toBeLessThan(80 + BUSY_MS);
  });

  it('lose so many packets of a hundred, each way', async () => {
    await links.set({ ...PERFECT, lossPercent: 20 });
    // 64 of 100 come back; four standard deviations of 200 draws are 27.
    const { length } = await pings(lab.server.primary, 200);
    expect(Math.abs(length - 128)).toBeLessThanOrEqual(27);
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
    // With a deadline, ping ends at two answers; without, it waits only twice as long for the second as the first one took.
    const answers = async (to: string): Promise<number> => {
      const { stdout } = await near.client(0).exec(['ping', '-n', '-c', '2', '-i', '0.2', '-w', '2', to]);
      return [...stdout.matchAll(/time=/g)].length;
    };
    const both = [lab.server.primary, lab.server.primary6 ?? ''];
    await near.router.cut();
    expect(await Promise.all(both.map(answers))).toEqual([0, 0]);
    await near.repair();
    expect(await Promise.all(both.map(answers))).toEqual([2, 2]);
  });

  it('have another public address in each translated family when their router is renumbered, and then the first again', async () => {
    const servers = [lab.server.primary, lab.server.primary6 ?? ''];
    await using echo = await lab.server.start(['python3', '-c', ECHO, ...servers]);
    await echo.line(/^echoing$/);
    const seen = async (): Promise<readonly string[]> => {
      const asked = servers.map((to) => near.client(0).exec(['python3', '-c', ASKER, to]));
      return (await Promise.all(asked)).map(({ stdout }) => stdout.trim());
    };
    const first = [near.publicAddress, near.publicAddress6];
    expect(await seen()).toEqual(first);
    const spare = near.publicAddress.replace(/101$/, '103');
    expect(near.spareAddresses).toEqual([spare, '2001:db8::103']);
    expect(await near.renumber()).toBe(spare);
    expect(await seen()).toEqual(near.spareAddresses);
    expect(await near.renumber()).toBe(near.publicAddress);
    expect(await seen()).toEqual(first);
    await near.renumber();
    await near.repair();
    expect(await seen()).toEqual(first);
  });

  it('carry nothing any more when their program has ended, and say so', async () => {
    const docker = await connectDocker(labHost());
    await exec(docker.getContainer(`natcheck-${lab.id}-backbone`), ['pkill', '-KILL', '-f', 'link.py']);
    await expect(links.failed).rejects.toThrow('what shapes the links of the lab has ended');
    expect(await pings(lab.server.primary, 2)).toHaveLength(0);
    await expect(links.set(PERFECT)).rejects.toThrow('ended');
    await links[Symbol.asyncDispose]();
    expect(await pings(lab.server.primary, 2)).toHaveLength(2);
  });
});
