/** A real router that opens its IPv6 firewall on request: for a port, to everybody, until it is told to close it. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Program } from '../../../../lab/index.ts';
import { createOwner } from '../../../../src/net/owner.ts';
import { joinedProgram } from '../joined-program.ts';
import { describeLab } from '../provided.ts';
import {
  CLIENT,
  droppedPackets,
  type Ipv6Home,
  OUTSIDE,
  openedPorts,
  startFirewallControl,
  startIpv6Home,
} from './ipv6-home.ts';

const PORT = 40_123;

/** Sends each line that it is given. */
const OUTSIDE_PROGRAM = `
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
const socket = createSocket('udp6');
for await (const line of createInterface({ input: process.stdin })) socket.send(line, ${PORT}, '${CLIENT}');`;

describeLab('a router with an IPv6 firewall', () => {
  const owner = createOwner();
  let home: Ipv6Home;
  let client: Program;
  let outside: Program;
  beforeAll(async () => {
    const provided = inject('lab');
    if (provided === null) throw new Error('no engine');
    home = owner.use(await startIpv6Home(provided));
    const node = (program: string, ...words: readonly string[]): readonly string[] => [
      'node',
      '--input-type=module',
      '-e',
      program,
      ...words,
    ];
    const clientProgram = await joinedProgram(new URL('pinhole-client.ts', import.meta.url));
    const programs = await Promise.all([
      home.client.start(node(clientProgram, CLIENT, `${PORT}`)),
      home.outside.start(node(OUTSIDE_PROGRAM)),
      home.outside.start(['natcheck', 'serve', ...OUTSIDE.flatMap((one) => ['--ip', one])]),
    ]);
    [client, outside] = programs;
    await Promise.all([client.line(/^bound$/), programs[2].line(/^ready$/)]);
  });
  // The programs end with their containers.
  afterAll(() => owner[Symbol.asyncDispose]());

  /** Sends what the firewall drops. */
  const sendInVain = async (text: string): Promise<void> => {
    const before = await droppedPackets(home);
    outside.write(text);
    await expect.poll(() => droppedPackets(home)).toBe(before + 1);
  };

  it('is asked by natcheck detect --router, and nothing is left open', async () => {
    await using _daemon = await startFirewallControl(home, 'pcp');
    const { stdout, stderr, exitCode } = await home.client.exec([
      ...['natcheck', 'detect', '--json', '--router', '--server', `[${OUTSIDE[0]}]`],
    ]);
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: { type: 'firewalled' },
      mapping: { behavior: 'none' },
      router: { mapping: 'pcp', isPinhole: true, wan: null, carrierGrade: false, reason: null },
    });
    expect(await openedPorts(home)).toEqual([]);
  });

  it.for(['pcp', 'upnp-igd'] as const)('opens it for one port by %s, and closes it again', async (protocol) => {
    await using _daemon = await startFirewallControl(home, protocol);
    const heard: string[] = [];
    using _ = client.onLine((line) => void (line.startsWith('heard') && heard.push(line)));
    heard.splice(0); // What was heard before is not of this protocol.
    await sendInVain('early');
    client.write('open');
    expect(JSON.parse(await client.line(new RegExp(`"${protocol}"|"none"`)))).toEqual({
      outcome: 'mapped',
      external: { address: CLIENT, port: PORT },
      protocol,
      isPinhole: true,
    });
    expect(await openedPorts(home)).toEqual([{ address: CLIENT, port: PORT }]);
    outside.write(`by ${protocol}`);
    await client.line(new RegExp(`^heard by ${protocol}$`));
    client.write(`closed by ${protocol}`);
    await client.line(new RegExp(`^closed by ${protocol}$`));
    expect(await openedPorts(home)).toEqual([]);
    await sendInVain('late');
    expect(heard).toEqual([`heard by ${protocol}`]);
  });
});
