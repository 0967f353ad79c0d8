/** Programs in containers of their own images, behind a NAT of the lab. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { GuestLine } from '../../../../lab/docker/container/guest.ts';
import { KEPT_LINES } from '../../../../lab/docker/container/output.ts';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { type Guest, GuestError, type GuestSpec, type Lab } from '../../../../lab/index.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab, labHost } from '../provided.ts';

describeLab('a guest of a client', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await borrowLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const run = (spec: Partial<GuestSpec>): Promise<Guest> =>
    lab
      .nat('symmetric')
      .client(0)
      .run({ image: inject('lab')?.image ?? '', ...spec });
  const shell = (script: string, spec: Partial<GuestSpec> = {}): Promise<Guest> =>
    run({ argv: ['sh', '-c', script], ...spec });

  /** Every line by the end, and the exit code. */
  async function endOf(guest: Guest) {
    const lines: GuestLine[] = [];
    using _ = guest.onLine((line) => lines.push(line));
    const code = await guest.ended;
    return { code, lines: lines.map(({ stream, text }) => `${stream} ${text}`) };
  }

  it('has its network, and nothing else of it', async () => {
    const client = lab.nat('symmetric').client(0);
    const lan = client.address.replace(/2$/, '');
    await client.exec(['touch', '/tmp/of-the-client']);
    await using guest = await shell('hostname -I; ip route; ls /tmp');
    expect(await endOf(guest)).toEqual({
      code: 0,
      lines: [
        `stdout ${client.address} `,
        `stdout default via ${lan}254 dev lan `,
        `stdout ${lan}0/24 dev lan proto kernel scope link src ${client.address} `,
      ],
    });
  });

  it('tells every line of both streams, however late it is listened to, and its exit code', async () => {
    await using guest = await shell('echo "$WHO"; echo err >&2; printf unended; exit 3', { env: { WHO: 'a=b c' } });
    await guest.ended;
    const { code, lines } = await endOf(guest);
    expect(code).toBe(3);
    expect(lines.toSorted()).toEqual(['stderr err', 'stdout a=b c', 'stdout unended']);
  });

  it('runs the entrypoint that it is given, or none', async () => {
    await using one = await run({ entrypoint: ['echo', 'given'], argv: ['more'] });
    await using other = await run({ entrypoint: [], argv: ['echo', 'none'] });
    expect([(await endOf(one)).lines, (await endOf(other)).lines]).toEqual([['stdout given more'], ['stdout none']]);
  });

  it('has the devices, capabilities and volumes that it is given, and no others', async () => {
    const { name } = await lab.createVolume();
    const look =
      'ls /dev/net/tun; ip addr add 10.9.9.9/32 dev lo && echo added && ip addr del 10.9.9.9/32 dev lo; echo x > /shared/file';
    await using none = await shell(look);
    expect((await endOf(none)).lines.filter((line) => line.startsWith('stdout'))).toEqual([]);
    await using writer = await shell(look, {
      devices: ['/dev/net/tun'],
      capabilities: ['NET_ADMIN'],
      volumes: [{ name, path: '/shared', readOnly: false }],
    });
    expect((await endOf(writer)).lines).toEqual(['stdout /dev/net/tun', 'stdout added']);
    await using reader = await shell('cat /shared/file; echo y > /shared/file', {
      volumes: [{ name, path: '/shared', readOnly: true }],
    });
    // What comes by two streams comes in no order.
    const read = (await endOf(reader)).lines.toSorted();
    expect(read).toEqual([expect.stringMatching(/^stderr .*Read-only file system/), 'stdout x']);
  });

  it('is gone with all that it has forked, even if it ignores that it is asked to end', async () => {
    const docker = await connectDocker(labHost());
    const guest = await shell(`trap '' TERM; sleep 1000 & echo up; while :; do sleep 1; done`);
    await new Promise<void>((resolve) => guest.onLine(() => resolve()));
    await guest[Symbol.asyncDispose]();
    expect(await guest.ended).toBe(137);
    await expect(docker.getContainer(guest.id).inspect()).rejects.toThrow('no such container');
    expect((await lab.nat('symmetric').client(0).exec(['pgrep', 'sleep'])).stdout.trim().split('\n')).toHaveLength(1);
  });

  it('that ends when it is asked to does so by its own code', async () => {
    const guest = await shell(`trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done`);
    await new Promise<void>((resolve) => guest.onLine(() => resolve()));
    await guest[Symbol.asyncDispose]();
    expect(await endOf(guest)).toEqual({ code: 5, lines: ['stdout up', 'stdout bye'] });
  });

  it('that floods its output is read whole, and kept in part', async () => {
    await using guest = await shell(`head -c 50000000 /dev/zero | tr '\\0' x | fold -w 99`);
    expect(await guest.ended).toBe(0);
    expect((await endOf(guest)).lines).toHaveLength(2 * KEPT_LINES);
    expect(guest.leftOut()).toBe(Math.ceil(50_000_000 / 99) - 2 * KEPT_LINES);
  });

  it.for([
    [{ argv: ['nonesuch'] }, 127, 'stderr natcheck: the image cannot run nonesuch: No such file or directory'],
    [{ argv: ['/etc/passwd'] }, 126, 'stderr natcheck: the image cannot run /etc/passwd: Permission denied'],
  ] as const)('of a command that cannot be run says so: %j', async ([spec, code, line]) => {
    await using guest = await run(spec);
    expect(await endOf(guest)).toEqual({ code, lines: [line] });
  });

  it.for([
    [{}, 'has no command of its own: give it one'],
    [{ image: 'natcheck.invalid/none:1' }, 'does not start: No such image: natcheck.invalid/none:1'],
    [{ argv: ['true'], devices: ['/dev/none'] }, "the engine's machine has no device /dev/none"],
    [{ capabilities: ['NONE'] }, 'unknown capability: "CAP_NONE"'],
  ] as const)('that cannot be had is refused, and leaves nothing: %j', async ([spec, message]) => {
    const before = await countOfContainers();
    const refusal = await run(spec).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(GuestError);
    expect((refusal as GuestError).message).toContain(message);
    expect(await countOfContainers()).toBe(before);
  });

  async function countOfContainers(): Promise<number> {
    const docker = await connectDocker(labHost());
    return (await docker.listContainers({ all: true, filters: JSON.stringify({ label: [`natcheck.lab=${lab.id}`] }) }))
      .length;
  }
});
