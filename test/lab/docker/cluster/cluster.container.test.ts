/**
 * Two servers on two machines that a Redis makes one, and peers behind NATs who are connected to different ones. The second
 * server is behind a 1:1 NAT, and has its way to Redis through it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab, LabContainer, Program } from '../../../../lab/index.ts';
import { run } from '../cloud/cloud-host.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';
import { startPunch } from '../punch/run.ts';

const PASSWORD = 'what the servers know';
/** Has the addresses of both servers, for whoever writes it into its hosts file. */
const NAME = 'cluster.example';
/** What a busy machine takes. */
const START_TIMEOUT_MS = 50_000;
const DIRECT = { exitCode: 0, outcome: 'direct' };
const RELAYED = { exitCode: 5, outcome: 'relayed', technique: 'relay', health: { probes: 20 } };

describeLab('two servers on one Redis', () => {
  let lab: Lab;
  let store: Program;
  let nodes: readonly Program[] = [];
  let at: readonly [string, string];
  beforeAll(async () => {
    lab = await borrowLab();
    const { primary } = lab.server;
    const cloud = lab.nat('static').client(0);
    const { publicAddress } = lab.nat('static');
    at = [primary, publicAddress];
    store = await lab.server.start(['redis-server', '--bind', primary, '--requirepass', PASSWORD, '--save', '']);
    await store.line(/Ready to accept connections/, { timeoutMs: START_TIMEOUT_MS });
    const serve = async (host: LabContainer, ip: string): Promise<Program> => {
      const redis = `NATCHECK_REDIS=redis://:${encodeURIComponent(PASSWORD)}@${primary}`;
      const words = ['env', redis, 'natcheck', 'serve', '--ip', ip, '--relay', '--open-relay'];
      const node = await host.start(words);
      await node.line(/\bready\b/, { timeoutMs: START_TIMEOUT_MS });
      return node;
    };
    nodes = await Promise.all([serve(lab.server, primary), serve(cloud, `${cloud.address}=${publicAddress}`)]);
  });
  afterAll(async () => {
    for (const one of [...nodes, store, lab]) await one?.[Symbol.asyncDispose]();
  });

  const punch = (site: string, server: string, names: { readonly room: string; readonly id: string }) => {
    const peer = names.id === 'alice' ? 'bob' : 'alice';
    return startPunch(lab.nat(site).client(0), { server: { primary: server }, peer, ...names });
  };
  /** What /readyz of each server says. */
  const readiness = () =>
    Promise.all(at.map((host) => run(lab.nat('full-cone').client(0), ['curl', '-s', `http://${host}:3480/readyz`])));

  it.concurrent.for([
    ['port-restricted', DIRECT],
    ['symmetric', RELAYED],
  ] as const)('have two peers meet, both behind %s NATs', async ([nat, end], { expect }) => {
    const alice = await punch(nat, at[0], { room: nat, id: 'alice' });
    await alice.bound();
    const bob = await punch(`${nat}-2`, at[1], { room: nat, id: 'bob' });
    for (const { report, exitCode } of await Promise.all([alice.result(), bob.result()])) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject(end);
    }
  });

  it('say that Redis is away as long as it is, and go on by themselves with who waits for a peer', async () => {
    const alice = await punch('restricted', at[0], { room: 'redis', id: 'alice' });
    await alice.bound();
    await run(lab.server, ['kill', '-STOP', `${store.pid}`]);
    await expect.poll(readiness).toEqual(['not ready: redis\n', 'not ready: redis\n']);
    await run(lab.server, ['kill', '-CONT', `${store.pid}`]);
    await expect.poll(readiness).toEqual(['ready\n', 'ready\n']);
    const bob = await punch('restricted-2', at[1], { room: 'redis', id: 'bob' });
    for (const { report, exitCode } of await Promise.all([alice.result(), bob.result()])) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject(DIRECT);
    }
  });

  it('lose one that is killed while a peer waits there, who meets the other peer at the one that is left', async () => {
    const site = 'port-restricted';
    await using _name = await named(lab.nat(site).client(0), at);
    const alice = await punch(site, NAME, { room: 'killed', id: 'alice' });
    await alice.bound();
    await nodes[0]?.[Symbol.asyncDispose]();
    const bob = await punch('symmetric', at[1], { room: 'killed', id: 'bob' });
    for (const { report, exitCode } of await Promise.all([alice.result(), bob.result()])) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject(DIRECT);
    }
  });
});

/** Gives the host a name with these addresses in its hosts file, until it is disposed of. */
async function named(host: LabContainer, addresses: readonly string[]): Promise<AsyncDisposable> {
  const lines = addresses.map((address) => `${address} ${NAME}`).join('\n');
  await run(host, ['sh', '-c', 'cp /etc/hosts /tmp/hosts && echo "$1" >> /etc/hosts', 'sh', lines]);
  return {
    [Symbol.asyncDispose]: async () => void (await run(host, ['sh', '-c', 'cat /tmp/hosts > /etc/hosts'])),
  };
}
