/** `natcheck lab` by hand, as processes: a lab that stays until it is told to go, and then is gone. */
import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureSource } from '../../lab/docker/image/source.ts';
import type { Engine } from '../../lab/index.ts';
import { leftBehind } from '../lab/docker/left-behind.ts';
import { describeLab } from '../lab/docker/provided.ts';
import { type Ended, MAIN, natcheck } from './natcheck.ts';
import { NO_TERMINAL, onTerminal } from './terminal/terminal.ts';

/** Then what it leaves for the next one, the image at least. */
const GONE =
  /^the lab is gone\nleft for the next lab: \d+ images? on unix:\S+ \(\d+\.\d [MG]B\).*; natcheck lab prune removes them\n$/;

const NATS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'];

describeLab('natcheck lab', () => {
  const host = inject('lab')?.host ?? '';
  let env: Record<string, string>;
  beforeAll(async () => {
    env = { DOCKER_HOST: host, XDG_RUNTIME_DIR: await mkdtemp(join(tmpdir(), 'natcheck-test-')) };
  });
  afterAll(async () => {
    await lab('down');
    await rm(env.XDG_RUNTIME_DIR ?? '', { recursive: true });
  });
  const lab = (...words: readonly string[]): Promise<Ended> => natcheck(['lab', ...words], env);

  async function expectNothingLeft(): Promise<void> {
    expect(await leftBehind(host)).toEqual([]);
    expect(await readdir(join(env.XDG_RUNTIME_DIR ?? '', 'natcheck'))).toEqual([]);
  }

  it('up leaves a lab that can be used until down, which leaves nothing', async () => {
    const up = await lab('up');
    expect(up.code, up.stderr).toBe(0);
    for (const nat of NATS) expect(up.stdout).toContain(`${nat}/0`);
    expect(up.stdout).toContain('\nEnd the lab               natcheck lab down\n');

    const [second, detect, json, exec] = await Promise.all([
      lab('up'),
      lab('detect'),
      lab('detect', '--json'),
      lab('exec', 'server', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'),
    ]);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/^natcheck: a lab is running \(keeper pid \d+\): .*\n$/);
    expect(detect.code, detect.stdout).toBe(0);
    const rows = detect.stdout.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual(NATS.map((nat) => [nat, nat]));
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'natcheck.lab-detect/1',
      detections: NATS.map((nat) => ({ nat, client: 0, report: { verdict: { type: nat, reason: null } } })),
    });
    expect(exec).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });

    const down = await lab('down');
    expect(down).toEqual({ code: 0, signal: null, stdout: expect.stringMatching(GONE), stderr: '' });
    await expectNothingLeft();
    expect(await lab('down')).toEqual({ code: 0, signal: null, stdout: 'no lab is running\n', stderr: '' });
  });

  describe('with an image of its user’s', () => {
    beforeAll(async () => {
      const dockerfile = join(env.XDG_RUNTIME_DIR ?? '', 'Dockerfile');
      await writeFile(dockerfile, `FROM ${inject('lab')?.image}\nCMD ["bash"]\n`);
      const engine: Engine = { kind: 'given', host, async [Symbol.asyncDispose]() {} };
      const source = { kind: 'build', dockerfile, context: env.XDG_RUNTIME_DIR ?? '' } as const;
      const { code, stderr } = await lab('up', '--nat', 'symmetric', '--image', await ensureSource(engine, source));
      expect(code, stderr).toBe(0);
    });
    afterAll(() => lab('down'));

    it('has a guest of it in each client, which exec goes to', async () => {
      const look = ['sh', '-c', 'hostname -I; test -e /tmp/client && echo client || echo guest'];
      await lab('exec', 'symmetric/0/lab', '--', 'touch', '/tmp/client');
      expect((await lab('exec', 'symmetric/0/lab', '--', ...look)).stdout).toBe('10.113.0.2 \nclient\n');
      expect((await lab('exec', 'symmetric', '--', ...look)).stdout).toBe('10.113.0.2 \nguest\n');
    });

    it('a program gets what is piped in, to its end', async () => {
      const words = ['lab', 'exec', 'symmetric', '--', 'wc', '-c'];
      const stdio: StdioOptions = ['pipe', 'pipe', 'inherit'];
      const program = spawn(process.execPath, [MAIN, ...words], { stdio, env: { ...process.env, ...env } });
      program.stdin?.end('x'.repeat(300_000));
      expect(program.stdout && (await text(program.stdout))).toBe('300000\n');
    });

    it.skipIf(NO_TERMINAL !== null)('a program has the terminal: its size, its keys, Ctrl-C too', async () => {
      // The engine is told the size when the program has begun.
      const sized = `until [ "$(stty size)" = '24 97' ]; do sleep 0.1; done; echo sized; read line; echo "<$line>"`;
      const caught = `trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.1; done`;
      const words = ['lab', 'exec', 'symmetric', '--', 'sh', '-c', `${sized}; ${caught}`];
      await using terminal = await onTerminal(words, { columns: 97, env });
      await terminal.shows(/^sized/m);
      terminal.type('typed\r');
      await terminal.shows(/^<typed>/m);
      await terminal.shows(/^ready/m);
      terminal.type('\x03');
      expect(await terminal.ended).toEqual({ code: 4, signal: null });
      expect(terminal.shown()).toContain('caught');
    });
  });

  it('up with an image that is not to be had says so, and leaves nothing', async () => {
    const up = await lab('up', '--nat', 'symmetric', '--image', 'natcheck.invalid/none');
    expect([up.code, up.stdout]).toEqual([2, '']);
    expect(up.stderr).toContain('natcheck: the image natcheck.invalid/none:latest cannot be pulled: ');
    await expectNothingLeft();
  }, 120_000);

  it('detect starts the NATs that are named, and detects with each family that they have', async () => {
    const nat = 'symmetric+ipv6-firewall';
    const { code, stdout, stderr } = await lab('detect', '--json', '--nat', nat);
    expect(code, stderr).toBe(0);
    const found = { nat, client: 0 };
    expect(JSON.parse(stdout).detections).toMatchObject([
      { ...found, family: 'IPv4', expected: 'symmetric', report: { public: { address: '203.0.113.101' } } },
      { ...found, family: 'IPv6', expected: 'firewalled', report: { public: { address: '2001:db8:1::2' } } },
    ]);
    await expectNothingLeft();
  });

  it('up that is interrupted leaves nothing', async () => {
    const up = spawn(process.execPath, [MAIN, 'lab', 'up'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const ended = once(up, 'close');
    const stdout = text(up.stdout);
    for await (const line of createInterface({ input: up.stderr })) {
      if (line.startsWith('starting')) up.kill('SIGINT');
    }
    expect([...(await ended), await stdout]).toEqual([null, 'SIGINT', '']);
    await expectNothingLeft();
  });
});
