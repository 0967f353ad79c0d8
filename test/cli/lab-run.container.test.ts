/** `natcheck lab run` as a process that is told to end, or that loses what it needs: what is known is told, and nothing stays. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { sweep } from '../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../lab/docker/engine/testcontainers.ts';
import type { RunResult } from '../../lab/results/run-result.ts';
import { leftBehind } from '../lab/docker/left-behind.ts';
import { describeLab } from '../lab/docker/provided.ts';
import { ownedProcess } from '../owner/owned-by-test.ts';
import { MAIN, natcheck, natcheckStarted } from './natcheck.ts';

/** Of its two pairs, one after the other, the first ends at once, and the second when its time is up. */
const FILE = `
sides: { command: "case {{own.nat}}{{peer.nat}} in *restricted*) sleep 600;; esac; echo started; sleep 600" }
nats: { rows: [full-cone], columns: [full-cone, restricted] }
success: { within: 2m, line: started }
expect: none
pairs-at-once: 1
`;

describeLab('natcheck lab run', () => {
  const host = inject('lab')?.host ?? '';
  let dir: ReturnType<typeof mkdtempDisposableSync>;
  let env: Record<string, string>;
  beforeAll(() => {
    dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
    env = { DOCKER_HOST: host, XDG_RUNTIME_DIR: dir.path };
    writeFileSync(file(), FILE);
  });
  afterAll(() => dir.remove());
  /** A directory for the results of each test. */
  let out = '';
  beforeEach(() => {
    out = mkdtempSync(join(dir.path, 'out-'));
  });
  const file = (): string => join(dir.path, 'nat-lab.yml');
  const words = (...more: readonly string[]): readonly string[] => ['lab', 'run', file(), '--out', out, ...more];
  const written = (): RunResult => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));

  it('that is interrupted while it starts leaves nothing', async () => {
    await using run = natcheckStarted(words(), env);
    await run.said(/^starting 3 sites/m);
    expect(await run.end('SIGINT')).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' });
    expect(readdirSync(out)).toEqual([]);
    expect(await leftBehind(host)).toEqual([]);
  });

  it('that is ended while pairs run tells those that were finished; a second signal ends it at once', async () => {
    await using run = natcheckStarted(words('--json'), env);
    await run.said(/^1 of 2 {2}/m);
    void run.end('SIGTERM');
    await run.said(/^ending the lab$/m);
    const { code, signal, stdout } = await run.end('SIGTERM');
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(written()).toMatchObject({ pairs: 2, isComplete: false, cells: [{ a: 'full-cone', b: 'full-cone' }] });
    expect(JSON.parse(stdout)).toEqual(written());
    // As every lab does before it starts.
    await sweep(await connectDocker(host));
    expect(await leftBehind(host)).toEqual([]);
  });

  it('that keeps the pair that went wrong leaves it to exec, until down ends it', async () => {
    await using run = natcheckStarted(words('--keep'), env);
    await run.said(/natcheck lab down$/m);
    expect(run.spoken()).toContain(
      'full-cone → full-cone is left up as it went wrong; its programs go on, and no other pair is begun\n',
    );
    expect(written()).toMatchObject({ pairs: 2, isComplete: false, cells: [{ isAsExpected: false }] });
    const exec = (place: string, ...argv: readonly string[]) => natcheck(['lab', 'exec', place, '--', ...argv], env);
    const [program, client, router, second] = await Promise.all([
      exec('b', 'sh', '-c', 'cat /proc/*/cmdline'),
      exec('a/0/lab', 'hostname'),
      exec('a/router', 'hostname'),
      natcheck(words('--keep'), env),
    ]);
    expect(program.stdout).toContain('started; sleep 600');
    expect(client.stdout).toMatch(/^natcheck-\w+-client-full-cone-0\n$/);
    expect(router.stdout).toMatch(/^natcheck-\w+-router-full-cone\n$/);
    expect([second.code, second.stderr]).toEqual([2, expect.stringMatching(/^natcheck: a lab is running /)]);
    expect((await natcheck(['lab', 'down'], env)).code).toBe(0);
    expect(await run.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await leftBehind(host)).toEqual([]);
  });

  it('prints what cannot be written to a disk that is full, and says so', async () => {
    const short = join(dir.path, 'short.yml');
    writeFileSync(short, FILE.replace('sleep 600;;', ';;'));
    const run = [process.execPath, MAIN, 'lab', 'run', short, '--out', out].join(' ');
    const [code, stdout, stderr] = await inNamespace(`mount -t tmpfs -o size=8k none ${out} && exec ${run}`, env);
    expect(stderr).toMatch(
      /\nnatcheck: the results cannot be written to \S+\/results\.\S+: there is no room left on its file system \[ENOSPC\]\n/,
    );
    expect(stdout).toContain('0 of 2 pairs as expected');
    expect(code).toBe(2);
  });

  it('that loses its engine tells the pairs that were finished, and why there are no more', async () => {
    await using engine = await startProxy(host.replace('unix://', ''), join(dir.path, 'engine.sock'));
    await using run = natcheckStarted(words(), { ...env, DOCKER_HOST: engine.host });
    await run.said(/^1 of 2 {2}/m);
    engine.lose();
    const { code, stdout, stderr } = await run.ended;
    expect(stderr).toMatch(/\nnatcheck: the engine is lost: .*\n$/);
    expect(code).toBe(2);
    expect(stdout).toContain('full-cone → full-cone: ✗ no bytes seen, expected no path\n');
    expect(written()).toMatchObject({ pairs: 2, isComplete: false, cells: [{ b: 'full-cone' }] });
    await sweep(await connectDocker(host));
    expect(await leftBehind(host)).toEqual([]);
  });
});

/** Runs a script whose mounts nobody else sees. */
async function inNamespace(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly [code: number | null, stdout: string, stderr: string]> {
  const child = ownedProcess(
    spawn('unshare', ['--mount', 'sh', '-c', script], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return [code, stdout, stderr];
}

interface Proxy extends AsyncDisposable {
  readonly host: string;
  /** Nothing answers from now on. */
  readonly lose: () => void;
}

/** An engine that can be lost while it runs for others. */
async function startProxy(target: string, path: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.pipe(to);
    }
  });
  server.listen(path);
  await once(server, 'listening');
  const lose = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { host: `unix://${path}`, lose, [Symbol.asyncDispose]: async () => lose() };
}
