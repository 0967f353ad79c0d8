/** The container lab as a whole: its NATs conform, and there is no way around them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FREE_ADDRESSINGS } from '../../../lab/docker/topology/free-addressing.ts';
import { CLASSIC_NATS, type Lab, RESTRICTED, startNatcheckServer, UNTRANSLATED } from '../../../lab/index.ts';
import { describeLab, startProvidedLab } from './provided.ts';

describeLab('a lab of every access', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...CLASSIC_NATS, ...UNTRANSLATED], clientsPerNat: 1 });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it('has a site for each, every one held to its profile by the start', () => {
    expect(lab.sites.map(({ name }) => name)).toEqual([
      'full-cone',
      'restricted',
      'port-restricted',
      'symmetric',
      'open',
      'firewalled',
      'udp-blocked',
    ]);
  });

  it('gives a client no way out but its router', async () => {
    const { router, client } = lab.nat('port-restricted');
    const ping = async (): Promise<number> =>
      (await client(0).exec(['ping', '-c', '1', '-W', '1', lab.server.primary])).exitCode;
    expect(await ping()).toBe(0);
    await router.exec(['iptables', '-I', 'FORWARD', '-j', 'DROP']);
    expect(await ping()).toBe(1);
    await router.exec(['iptables', '-D', 'FORWARD', '1']);
    expect(await ping()).toBe(0);
  });

  it.concurrent.for([
    ['open', 'open', 0],
    ['firewalled', 'firewalled', 0],
    ['udp-blocked', 'udp-blocked', 3],
  ] as const)('is found %s by natcheck detect where it is', async ([site, verdict, code]) => {
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
    const { stdout, exitCode } = await lab.nat(site).client(0).exec(detect);
    expect(JSON.parse(stdout).verdict).toEqual({ type: verdict, reason: null });
    expect(exitCode).toBe(code);
  });

  it('gives a client one interface and one default route', async () => {
    const client = lab.nat('symmetric').client(0);
    expect(client.address).toMatch(/^10\.\d+\.3\.2$/);
    const lan = client.address.replace(/2$/, '');
    const { stdout } = await client.exec(['ip', 'route']);
    expect(stdout.trim().split('\n')).toEqual([
      `default via ${lan}254 dev lan `,
      `${lan}0/24 dev lan proto kernel scope link src ${lan}2`,
    ]);
  });

  it('runs a program to its end, with its output and exit code', async () => {
    const output = await lab.server.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(output).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
  });

  it('ends a program that takes longer than it may', async () => {
    await expect(lab.server.exec(['sleep', '60'], { timeoutMs: 100 })).rejects.toThrow('sleep 60: not done in 100 ms');
  });

  it('has the natcheck of the sources in its image', async () => {
    const { stdout } = await lab.server.exec(['ls', '/opt/natcheck/dist']);
    expect(stdout.split('\n')).toContain('src');
  });
});

describeLab('labs on one engine', () => {
  it('have other addresses each, though they start at once, and are refused those of another', async () => {
    const start = () => startProvidedLab({ profiles: [RESTRICTED] });
    const labs = await Promise.all([start(), start()]);
    await using one = labs[0];
    await using other = labs[1];
    const prefixes = [one, other].map(({ server }) => server.primary.replace(/10$/, ''));
    expect(new Set(prefixes).size).toBe(2);
    expect(FREE_ADDRESSINGS.map(({ publicPrefix }) => `${publicPrefix}.`)).toEqual(expect.arrayContaining(prefixes));
    const addressing = FREE_ADDRESSINGS.find(({ publicPrefix }) => `${publicPrefix}.` === prefixes[0]);
    await expect(startProvidedLab({ profiles: [RESTRICTED], ...(addressing && { addressing }) })).rejects.toThrow(
      /^no network [\d.]+\/24: .*; startLab takes other addresses by its addressing option, and whatever is free by 'free'$/,
    );
  });
});

describeLab('a lab with two clients behind each NAT', () => {
  it('lets both use the same local port, each with a public port of its own', async () => {
    await using lab = await startProvidedLab({
      profiles: [RESTRICTED],
      clientsPerNat: 2,
    });
    const { router, clients } = lab.nat('restricted');
    for (const client of clients) await client.exec(['node', '-e', SEND_FROM_PORT_5000, lab.server.primary]);
    const ports = [...(await router.conntrack()).matchAll(/dport=9000 .*dport=(\d+)/g)].map(([, port]) => Number(port));
    expect(ports).toHaveLength(2);
    expect(ports.filter((port) => port === 5000)).toHaveLength(1);
    expect(ports.filter((port) => port !== 5000 && port >= 1024)).toHaveLength(1);
  });
});

const SEND_FROM_PORT_5000 = `
  const socket = require('node:dgram').createSocket('udp4').bind(5000);
  socket.send('x', 9000, process.argv[1], () => socket.close());`;
