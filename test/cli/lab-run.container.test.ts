/** `natcheck lab run` as a process that is told to end, or that loses what it needs: what is known is told, and nothing stays. */

import { mkdirSync, mkdtempDisposableSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { run } from '../../lab/docker/engine/command.ts';
import { connectDocker } from '../../lab/docker/engine/testcontainers.ts';
import { until } from '../../lab/docker/waiting.ts';
import type { RunResult } from '../../lab/results/run-result.ts';
import { createPcapReader } from '../../lab/witness/capture/pcap.ts';
import { describeLab } from '../lab/docker/provided.ts';
import { notInGate } from '../runs.ts';
import { losableEngine, privateEngineOf } from './engine-double.ts';
import { type Ended, natcheck, natcheckStarted } from './natcheck.ts';

/** Of its two pairs, one after the other, the first ends at once, and the second when its time is up. */
const FILE = `
sides: { command: "case {{own.nat}}{{peer.nat}} in *restricted*) sleep 600;; esac; echo started; sleep 600" }
nats: { rows: [full-cone], columns: [full-cone, restricted] }
success: { within: 2m, line: started }
expect: none
pairs-at-once: 1
`;

/** What both send first in a file whose pairs end at once. */
const TELLING = 'printf told | socat -u - UDP:{{server}}:9';

const [INTERRUPTED, TERMINATED] = [130, 143];

/** A machine of another name: what its processes leave behind is no matter of other tests. */
const MACHINE = 'natcheck-elsewhere';
const ELSEWHERE = ['unshare', '--uts', 'sh', '-c', 'hostname "$0"; exec "$@"', MACHINE];
const ENGINE = fileURLToPath(new URL('../../lab/docker/engine', import.meta.url));

describeLab('natcheck lab run', () => {
  const host = inject('lab')?.host ?? '';
  const socket = host.replace('unix://', '');
  let dir: ReturnType<typeof mkdtempDisposableSync>;
  let env: Record<string, string>;
  beforeAll(() => {
    dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
    env = { DOCKER_HOST: host, XDG_RUNTIME_DIR: dir.path };
    writeFileSync(file(), FILE);
    writeFileSync(short(), FILE.replace('*restricted*) sleep 600;;', `*) ${TELLING};;`));
  });
  afterAll(() => dir.remove());
  /** A directory for the results of each test. */
  let out = '';
  beforeEach(() => {
    out = mkdtempSync(join(dir.path, 'out-'));
  });
  const file = (): string => join(dir.path, 'nat-lab.yml');
  const short = (): string => join(dir.path, 'short.yml');
  const words = (...more: readonly string[]): readonly string[] => ['lab', 'run', file(), '--out', out, ...more];
  const written = (): RunResult => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));

  /** What there still is of the labs of a process. */
  async function left(pid: number, machine = hostname()): Promise<readonly string[]> {
    const docker = await connectDocker(host);
    const filters = JSON.stringify({ label: [`natcheck.lab.owner=${machine}/${pid}`] });
    const [containers, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
    ]);
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }

  /** Removes from the engine, as every lab of that machine does before it starts, what dead processes have left. */
  async function sweepElsewhere(): Promise<void> {
    const script = `
      import { sweep } from ${JSON.stringify(join(ENGINE, 'labels.ts'))};
      import { connectDocker } from ${JSON.stringify(join(ENGINE, 'testcontainers.ts'))};
      await sweep(await connectDocker(${JSON.stringify(host)}));`;
    const [program = '', ...argv] = [...ELSEWHERE, process.execPath, '--input-type=module', '-e', script];
    await run(program, argv);
  }

  it('that is interrupted while it starts leaves nothing', async ({ skip }) => {
    notInGate(skip);
    await using child = natcheckStarted(words(), env);
    await child.said(/^starting 3 sites/m);
    const ended = await child.end('SIGINT');
    expect([endOf(ended), ended.stdout]).toEqual([INTERRUPTED, '']);
    expect(readdirSync(out)).toEqual([]);
    expect(await left(child.pid)).toEqual([]);
  }, 120_000);

  it('that is interrupted while an image is built ends the build, and leaves nothing', async () => {
    const [context, temporary] = [join(out, 'image'), join(out, 'tmp')];
    for (const one of [context, temporary]) mkdirSync(one);
    // Nobody else's build: the engine is asked for this one.
    const step = `sleep 600; : ${out}`;
    writeFileSync(join(context, 'Dockerfile'), `ARG NATCHECK_LAB\nFROM $NATCHECK_LAB\nRUN ${step}\n`);
    writeFileSync(join(out, 'build.yml'), FILE.replace('{ command:', '{ build: ./image, command:'));
    const docker = await connectDocker(host);
    const building = async (): Promise<boolean> =>
      (await docker.listContainers({ all: true })).some(({ Command }) => Command.includes(step));
    await using child = natcheckStarted(['lab', 'run', join(out, 'build.yml')], { ...env, TMPDIR: temporary });
    await until(building, { what: 'the engine runs the step of the build', timeoutMs: 60_000 });
    const ended = await child.end('SIGINT');
    expect([endOf(ended), ended.stdout]).toEqual([INTERRUPTED, '']);
    expect(ended.stderr).toMatch(/^building \S+\/image\/Dockerfile\n$/m);
    await until(async () => !(await building()), { what: 'the build is gone', timeoutMs: 10_000 });
    expect(readdirSync(temporary)).toEqual([]);
  }, 120_000);

  it('that is ended while pairs run tells those that were finished; a second signal ends it at once', async () => {
    await using child = natcheckStarted(words('--json'), env, { within: ELSEWHERE });
    await child.said(/^1 of 2 {2}/m);
    void child.end('SIGTERM');
    await child.said(/^ending the lab$/m);
    const ended = await child.end('SIGTERM');
    expect(endOf(ended)).toBe(TERMINATED);
    expect(written()).toMatchObject({ pairs: 2, isComplete: false, cells: [{ a: 'full-cone', b: 'full-cone' }] });
    expect(JSON.parse(ended.stdout)).toEqual(written());
    await sweepElsewhere();
    expect(await left(child.pid, MACHINE)).toEqual([]);
  }, 120_000);

  it('that keeps the pair that went wrong leaves it to exec, until down ends it', async () => {
    await using child = natcheckStarted(words('--keep'), env);
    await child.said(/natcheck lab down$/m);
    expect(child.spoken()).toContain(
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
    expect(endOf(await child.ended)).toBe(TERMINATED);
    expect(await left(child.pid)).toEqual([]);
  }, 120_000);

  it('prints what cannot be written to a disk that is full, and says so', async ({ skip }) => {
    notInGate(skip);
    const small = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=8k none "$0" && exec "$@"', out];
    await using child = natcheckStarted(['lab', 'run', short(), '--out', out], env, { within: small });
    const { code, stdout, stderr } = await child.ended;
    expect(stderr).toMatch(
      /\nnatcheck: the results cannot be written to \S+\/results\.\S+: there is no room left on its file system \[ENOSPC\]\n/,
    );
    expect(stdout).toContain('0 of 2 pairs as expected');
    expect(code).toBe(2);
  }, 120_000);

  it('may run beside another one on the same engine, and ends one that it has started itself after all else', async ({
    skip,
  }) => {
    notInGate(skip);
    const [log, pcap] = [join(out, 'engine.log'), join(out, 'captures')];
    const own = { XDG_RUNTIME_DIR: dir.path, ...privateEngineOf(socket, { dir: join(out, 'bin'), log }) };
    const only = ['--json', '--only', 'full-cone × full-cone'];
    const both = await Promise.all([
      natcheck(['lab', 'run', short(), ...only, '--pcap', pcap], env),
      natcheck(['lab', 'run', short(), ...only], own),
    ]);
    for (const { code, stderr } of both)
      expect([code, stderr]).toEqual([4, expect.stringMatching(/^ending the lab\n$/m)]);
    const outcomes = both.map(({ stdout }) => (JSON.parse(stdout) as RunResult).cells[0]?.tries[0].outcome);
    expect(outcomes).toEqual(['unseen', 'unseen']);
    expect(readFileSync(log, 'utf8')).toBe('started\nended\n');
    expect(readdirSync(pcap)).toEqual(['a', 'b'].map((side) => `full-cone_full-cone.1.${side}-router.pcap`));
    for (const name of readdirSync(pcap)) {
      const packets = createPcapReader().read(readFileSync(join(pcap, name)));
      expect(packets.map(({ bytes }) => String.fromCharCode(...bytes.slice(-4)))).toContain('told');
    }
  }, 120_000);

  it('that loses its engine tells the pairs that were finished, and why there are no more', async () => {
    await using engine = await losableEngine(socket, join(dir.path, 'engine.sock'));
    await using child = natcheckStarted(words(), { ...env, DOCKER_HOST: engine.host }, { within: ELSEWHERE });
    await child.said(/^1 of 2 {2}/m);
    engine.lose();
    const { code, stdout, stderr } = await child.ended;
    expect(stderr).toMatch(/\nnatcheck: the engine is lost: nothing answers at unix:\S+\/engine\.sock\n$/);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^full-cone → full-cone: ✗ no path seen \d+ ms, expected no path$/m);
    expect(stdout).toContain('; cut short: 1 not reached\n');
    expect(written()).toMatchObject({ pairs: 2, isComplete: false, cells: [{ b: 'full-cone' }] });
    expect(await left(child.pid, MACHINE)).not.toEqual([]);
    await sweepElsewhere();
    expect(await left(child.pid, MACHINE)).toEqual([]);
  }, 120_000);
});

/** As a shell has it: Node may end with that code before the signal that it sends itself comes. */
function endOf({ code, signal }: Ended): number | null {
  return signal === null ? code : 128 + constants.signals[signal as NodeJS.Signals];
}
