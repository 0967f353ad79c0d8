/** A real router that opens its IPv6 firewall on request: for a port, to everybody, until it is told to close it. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
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

/** Says what it hears, and opens and closes the port when it is told to. */
const PROGRAM = `
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { openPortMapping } from '/opt/natcheck/dist/src/port-mapping/port-mapping.js';
const local = { address: '${CLIENT}', port: ${PORT} };
const socket = createSocket('udp6');
socket.on('message', (data) => console.log('heard ' + data));
socket.bind(local, () => console.log('bound'));
let mapping;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'open') {
    mapping = await openPortMapping({ local });
    const { outcome, external, protocol, isPinhole } = mapping;
    console.log(JSON.stringify({ outcome, external, protocol, isPinhole }));
  } else {
    await mapping[Symbol.asyncDispose]();
    console.log('closed');
  }
}`;

const sending = (text: string): string =>
  `const s = require('node:dgram').createSocket('udp6'); s.send('${text}', ${PORT}, '${CLIENT}', () => s.close());`;

describeLab('a router with an IPv6 firewall', () => {
  let home: Ipv6Home;
  beforeAll(async () => {
    const provided = inject('lab');
    if (provided === null) throw new Error('no engine');
    home = await startIpv6Home(provided);
  });
  afterAll(() => home?.[Symbol.asyncDispose]());

  const send = async (text: string): Promise<void> => {
    const { exitCode, stderr } = await home.outside.exec(['node', '-e', sending(text)]);
    expect(exitCode, stderr).toBe(0);
  };
  /** Sends what the firewall drops. */
  const sendInVain = async (text: string): Promise<void> => {
    const before = await droppedPackets(home);
    await send(text);
    await expect.poll(() => droppedPackets(home), { timeout: 10_000 }).toBe(before + 1);
  };

  it('is asked by natcheck detect --router, and nothing is left open', async () => {
    await using _daemon = await startFirewallControl(home, 'pcp');
    await using server = await home.outside.start(['natcheck', 'serve', ...OUTSIDE.flatMap((one) => ['--ip', one])]);
    await server.line(/^ready$/);
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
    await using program = await home.client.start(['node', '--input-type=module', '-e', PROGRAM]);
    const heard: string[] = [];
    using _ = program.onLine((line) => void (line.startsWith('heard') && heard.push(line)));
    await program.line(/^bound$/);
    await sendInVain('early');
    program.write('open');
    expect(JSON.parse(await program.line(/^\{/))).toEqual({
      outcome: 'mapped',
      external: { address: CLIENT, port: PORT },
      protocol,
      isPinhole: true,
    });
    expect(await openedPorts(home)).toEqual([{ address: CLIENT, port: PORT }]);
    await send('open');
    await program.line(/^heard open$/);
    program.write('close');
    await program.line(/^closed$/);
    expect(await openedPorts(home)).toEqual([]);
    await sendInVain('late');
    expect(heard).toEqual(['heard open']);
  });
});
