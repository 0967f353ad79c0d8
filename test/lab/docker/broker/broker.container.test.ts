/**
 * Two peers behind real NATs that meet through two mosquittos, without a natcheck server: two STUN servers with one address each see
 * their sockets, and tell what their NATs do.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab, LabContainer, Program } from '../../../../lab/index.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';
import { createCode, formatCode } from '../../../../src/tunnel/code/code.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';
import { expectComplete, startPipe } from '../tunnel/pipe-run.ts';

const PORTS = [1883, 1884] as const;
const TIMEOUT_MS = 60_000;
const PIPE_TIMEOUT_MS = 120_000;

/** Opens a room, connects, and says what came of it, in lines, until it is ended. */
const PEER = `
const { openRoom } = await import('/opt/natcheck/dist/src/index.js');
const { id, peer, brokers, stunServers, topic } = JSON.parse(process.argv[1]);
const room = await openRoom({
  id, stunServers, meeting: { kind: 'broker', brokers, topic, key: new Uint8Array(32).fill(7) },
  onNotice: (text) => console.log('notice: ' + text),
});
const connecting = room.connect(peer, { waitMs: 30_000 });
for await (const here of room.present) { console.log('present: ' + here); break; }
const { report, path } = await connecting;
console.log('report: ' + JSON.stringify(report));
path?.onData((bytes) => console.log('heard: ' + Buffer.from(bytes)));
// The other side may be a moment later with its receiver, and a datagram may be lost; whoever has started this program ends it.
const saying = path && setInterval(() => path.send(Buffer.from('hello from ' + id)), 100);
path?.closed.then(() => clearInterval(saying));
`;

interface PeerRun {
  readonly program: Program;
  readonly present: () => Promise<string>;
  readonly report: () => Promise<PunchReport>;
  readonly heard: () => Promise<string>;
}

describeLab('two peers behind NATs, and two mosquittos in the public network', () => {
  let lab: Lab;
  const servers: AsyncDisposable[] = [];
  beforeAll(async () => {
    lab = await borrowLab();
    const { server } = lab;
    for (const [index, address] of [server.primary, server.alternate].entries()) {
      const program = await server.start(['natcheck', 'serve', '--ip', address, '--http-port', `${3480 + index}`]);
      servers.push(program);
      await program.line(/\bready\b/);
    }
  });
  afterAll(async () => {
    for (const one of servers) await one[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  /** Starts a mosquitto on that port of the server; the program says when it listens. */
  async function startMosquitto(port: number): Promise<Program> {
    const configuration = `listener ${port} ${lab.server.primary}\\nallow_anonymous true\\n`;
    const argv = [
      'sh',
      '-c',
      `printf '${configuration}' > /tmp/${port}.conf; echo pid: $$; exec mosquitto -v -c /tmp/${port}.conf`,
    ];
    const program = await lab.server.start(argv);
    await program.line(/mosquitto version .* running/);
    return program;
  }

  const brokerUrls = (): string[] => PORTS.map((port) => `mqtt://${lab.server.primary}:${port}`);
  const stunNames = (): string[] => [lab.server.primary, lab.server.alternate].map((address) => `${address}:3478`);

  async function kill(mosquitto: Program): Promise<void> {
    const pid = (await mosquitto.line(/^pid: /)).slice('pid: '.length);
    await lab.server.exec(['kill', '-KILL', pid]);
    await mosquitto.ended;
  }

  async function startPeer(client: LabContainer, id: string, peer: string, topic: string): Promise<PeerRun> {
    const [brokers, stunServers] = [brokerUrls(), stunNames()];
    const options = JSON.stringify({ id, peer, brokers, stunServers, topic });
    const program = await client.start(['node', '--input-type=module', '-e', PEER, options]);
    const after = async (label: string): Promise<string> =>
      (await program.line(new RegExp(`^${label}: `), { timeoutMs: TIMEOUT_MS })).slice(label.length + 2);
    return {
      program,
      present: () => after('present'),
      report: async () => JSON.parse(await after('report')),
      heard: () => after('heard'),
    };
  }

  it('one of which is killed in the middle of the introduction: the two are introduced all the same', async () => {
    await using first = await startMosquitto(PORTS[0]);
    await using second = await startMosquitto(PORTS[1]);
    const [home, away] = [lab.nat('port-restricted').client(0), lab.nat('restricted').client(0)];
    const alice = await startPeer(home, 'alice', 'bob', 'killed');
    await using _alice = alice.program;
    await first.line(/Received SUBSCRIBE/);
    await second.line(/Received SUBSCRIBE/);
    const bob = await startPeer(away, 'bob', 'alice', 'killed');
    await using _bob = bob.program;
    // They know of each other by now, and have not asked yet.
    await bob.present();
    await kill(first);
    for (const report of await Promise.all([alice.report(), bob.report()])) {
      expect(report).toMatchObject({ outcome: 'direct', reason: null });
    }
    expect(await Promise.all([alice.heard(), bob.heard()])).toEqual(['hello from bob', 'hello from alice']);
  });

  it('behind a symmetric NAT and a port-restricted one: what each does is known without a server with two addresses', async () => {
    await using _broker = await startMosquitto(PORTS[0]);
    const alice = await startPeer(lab.nat('port-restricted').client(0), 'alice', 'bob', 'symmetric');
    await using _alice = alice.program;
    const bob = await startPeer(lab.nat('symmetric').client(0), 'bob', 'alice', 'symmetric');
    await using _bob = bob.program;
    for (const report of await Promise.all([alice.report(), bob.report()])) {
      expect(report).toMatchObject({ outcome: 'direct', plan: { technique: 'birthday' } });
    }
  });

  it('are met at by natcheck pipe behind a port-restricted NAT and a symmetric one: 2 MB arrive whole, though one is killed', {
    timeout: PIPE_TIMEOUT_MS,
  }, async () => {
    await using first = await startMosquitto(PORTS[0]);
    await using _second = await startMosquitto(PORTS[1]);
    const code = formatCode(createCode({ server: null, once: false, randomBytes }));
    const words = [
      code,
      ...brokerUrls().flatMap((url) => ['--broker', url]),
      ...stunNames().flatMap((name) => ['--stun', name]),
    ];
    const start = (nat: string, bytes: number) =>
      startPipe(lab.nat(nat).client(0), { name: `broker-${nat}`, bytes, words });
    const alice = await start('port-restricted', 2_000_000);
    await alice.event('ready');
    const bob = await start('symmetric', 1);
    await bob.event('connecting');
    await kill(first);
    const results = await Promise.all([alice.result(), bob.result()]);
    expectComplete(results);
    for (const { events } of results) {
      expect(events.find(({ event }) => event === 'connected')).toMatchObject({ path: 'direct' });
    }
  });
});
