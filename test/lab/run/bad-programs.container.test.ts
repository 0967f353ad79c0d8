/** Programs that do what no program should: each ends its try with a sentence, and leaves nothing for the next one. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';
import type { RunCell } from '../../../lab/results/run-result.ts';
import { type Bed, startBed } from '../../../lab/run/bed/start-bed.ts';
import { runPair } from '../../../lab/run/pair/run-pair.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { describeLab } from '../docker/provided.ts';
import { fileOf } from './run-here.ts';

const { signal } = new AbortController();
const NATS = { nats: ['full-cone'] };
/** A helper that finds what it has left in its network, and does not start then. */
const ONCE = {
  public: {
    relay: {
      command: 'ip addr add 10.9.9.9/32 dev lo 2>/dev/null || { echo in use; exit 4; }; echo ready; sleep 600',
      capabilities: ['NET_ADMIN'],
      ready: { line: 'ready' },
      restart: true,
    },
  },
};
/** What no program prints. */
const NEVER = { within: '3s', line: 'connected' };

describeLab('a program', () => {
  const owned = createOwner();
  let bed: Bed;
  beforeAll(async () => {
    const { kind = 'private', host = '', image = '' } = inject('lab') ?? {};
    const file = fileOf({ ...NATS, ...ONCE, sides: { command: 'true' }, success: { exit: 0 } });
    // A lab of its own, since its helper leaves something in its network.
    bed = await startBed(file, { engine: { kind, host }, image, progress: () => {}, signal, own: owned.use });
  });
  afterAll(() => owned[Symbol.asyncDispose]());

  /** Runs the one pair of the lab with other programs. */
  async function tried(sides: object, success: object, repeat = 1): Promise<RunCell['tries']> {
    const file = fileOf({ ...NATS, sides, success });
    const [[a], [b]] = [bed.plan.rows, bed.plan.columns];
    if (!a || !b) throw new RangeError('the lab has no pair');
    return (await runPair({ ...bed, file }, { a, b, repeat, signal })).tries;
  }

  it.for([
    { command: ['nope'], words: 'nope: No such file or directory' },
    { command: ['/etc/passwd'], words: '/etc/passwd: Permission denied' },
  ])('that its image cannot run is an error: $words', async ({ command, words }) => {
    // It is told as soon as it is known, however long a container takes to start.
    const [{ outcome, reason }] = await tried({ command }, { ...NEVER, within: '60s' });
    expect(outcome).toBe('error');
    expect(reason).toMatch(new RegExp(`^the program of [ab]: the image cannot run ${words}$`));
  });

  it('that its shell does not find is told by the shell', async () => {
    const [{ outcome, reason }] = await tried({ command: 'nope --now' }, { ...NEVER, within: '60s' });
    expect(outcome).toBe('none');
    expect(reason).toMatch(
      /^[ab] ended with 127 before it printed \/connected\/; its last words were "sh: 1: nope: not found"$/,
    );
  });

  it('that floods its output, in lines or without one, is waited for as long as others, and told of in part', async () => {
    const sides = { a: { command: 'yes flood' }, b: { command: "yes | tr -d '\\n'" } };
    const [one] = await tried(sides, NEVER);
    expect(one.reason).toBe('a did not print /connected/; b did not print /connected/ in 3 s');
    expect(JSON.stringify(one).length).toBeLessThan(300_000);
    expect(one.sides[0]?.output.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^… \d{4,} lines are left out here …$/),
    );
  });

  it('is heard through its flood', async () => {
    const command = `yes ${'flood '.repeat(16)} | head -c 30000000; echo connected; sleep 60`;
    const [{ outcome, reason }] = await tried({ command }, { ...NEVER, within: '60s' });
    expect({ outcome, reason }).toEqual({ outcome: 'unseen', reason: null });
  });

  it('may print what is no text', async () => {
    const command = 'head -c 100000 /dev/urandom; printf "\\033[2J\\377\\n"; echo connected; sleep 60';
    const [one] = await tried({ command }, NEVER);
    expect(one.reason).toBe(null);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });

  it('that ignores SIGTERM, and what it has forked, is gone before the next try, and so is its port', async () => {
    const held =
      'import socket, time; socket.create_server(("", 9000)); print("connected", flush=True); time.sleep(60)';
    const fork = `(trap '' TERM HUP; exec setsid python3 -c '${held}') &`;
    const tries = await tried({ command: `trap '' TERM; ${fork} while :; do wait; done` }, NEVER, 2);
    expect(tries.map(({ reason }) => reason)).toEqual([null, null]);
    const docker = await connectDocker(inject('lab')?.host ?? '');
    const all = await docker.listContainers({ all: true, filters: { label: [`natcheck.lab=${bed.lab.id}`] } });
    expect(all.flatMap(({ Names }) => Names).filter((name) => /client.*guest/.test(name))).toEqual([]);
  });

  it('that helps all pairs and does not come back for the next try ends the run, with its place', async () => {
    const file = fileOf({ ...NATS, ...ONCE, sides: { command: 'true' }, success: { exit: 0 } });
    const [[a], [b]] = [bed.plan.rows, bed.plan.columns];
    if (!a || !b) throw new RangeError('the lab has no pair');
    await expect(runPair({ ...bed, file }, { a, b, repeat: 1, signal })).rejects.toThrow(
      /^nat-lab\.json:1:\d+: public\.relay: relay ended with 4; its last words were "ready", "in use"$/,
    );
  });

  it('whose line takes too long to look through ends the try', async () => {
    const command = `echo ${'a'.repeat(60)}!; sleep 60`;
    const [{ outcome, reason }] = await tried({ command }, { ...NEVER, line: '/^(a+)+$/' });
    expect(outcome).toBe('error');
    expect(reason).toMatch(/^looking for \/\^\(a\+\)\+\$\/ in what [ab] prints takes more than a second: /);
  });
});
