/** Our agent meets aioice's (Debian's python3-aioice) in a process of its own, in each role, over real loopback sockets. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/ice/role.ts';
import { formatCandidate, parseCandidate } from '../../src/ice/sdp.ts';
import { openRealPeer } from './real-peer.ts';

const SCRIPT = fileURLToPath(new URL('aioice-peer.py', import.meta.url));
/** The system's own, which alone sees Debian's packages. */
const PYTHON = '/usr/bin/python3';

interface Hello {
  readonly ufrag: string;
  readonly pwd: string;
  readonly candidates: readonly string[];
}

interface Goodbye {
  readonly heard: string;
  readonly controlling: boolean;
}

const probe = spawnSync(PYTHON, ['-c', 'import aioice'], { encoding: 'utf8' });
const whyNot = probe.error?.message ?? probe.stderr.trim().split('\n').at(-1) ?? '';

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function meet(ourRole: Role, theirRole: Role): Promise<Goodbye> {
  await using us = await openRealPeer(ourRole);
  const child = spawn(PYTHON, [SCRIPT, theirRole], { stdio: ['pipe', 'pipe', 'inherit'] });
  await using _ = { [Symbol.asyncDispose]: () => end(child) };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null');

  const hello = (await read()) as Hello;
  const { ufrag, pwd } = us.credentials;
  const candidates = us.agent.localCandidates().map((one) => formatCandidate(one).replace(/^candidate:/, ''));
  child.stdin.write(`${JSON.stringify({ ufrag, pwd, candidates })}\n`);
  for (const line of hello.candidates) {
    const parsed = parseCandidate(line);
    if (parsed.kind === 'candidate') us.agent.addRemoteCandidate(parsed.candidate);
  }
  us.agent.setRemoteCredentials(performance.now(), hello);
  us.wake();
  const pair = await us.connected;
  expect(pair.remote.endpoint.address).toBe('127.0.0.1');
  expect(await us.received).toEqual({ kind: 'peer', text: 'from them' });
  us.send('from us');
  const goodbye = (await read()) as Goodbye;
  child.stdin.write('\n');
  expect(goodbye).toEqual({ heard: 'from us', controlling: us.agent.role() === 'controlled' });
  return goodbye;
}

describe("aioice's agent", () => {
  const title = probe.status === 0 ? '' : ` [LEFT OUT: apt-get install python3-aioice; ${whyNot}]`;

  it.skipIf(probe.status !== 0)(`connects with ours controlling${title}`, async () => {
    expect(await meet('controlling', 'controlled')).toMatchObject({ controlling: false });
  });

  it.skipIf(probe.status !== 0)(`connects with ours controlled${title}`, async () => {
    expect(await meet('controlled', 'controlling')).toMatchObject({ controlling: true });
  });

  it.skipIf(probe.status !== 0)(`connects when both think that they are controlling${title}`, async () => {
    await meet('controlling', 'controlling');
  });

  it.skipIf(probe.status !== 0)(`connects when neither thinks so${title}`, async () => {
    await meet('controlled', 'controlled');
  });
});
