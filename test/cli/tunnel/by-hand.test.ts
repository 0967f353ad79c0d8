/** The commands of a tunnel by hand, as processes on loopback: an offer, its answer, and what is of no use. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { ownedProcess } from '../../owner/owned-by-test.ts';
import { connectClient, echo, openTarget, readAll } from '../../tunnel/forward/targets.ts';
import { withChangedSource } from '../changed-source.ts';
import { freePort } from '../free-port.ts';
import { natcheckHere } from '../here.ts';
import { MAIN, natcheck, natcheckStarted } from '../natcheck.ts';
import { type PipeProcess, startPipe, textOf } from '../pipes.ts';
import { NO_TERMINAL, onTerminal } from '../terminal/terminal.ts';

const TIMEOUT_MS = 60_000;
/** Attempts begin at whole seconds here, and not at whole ten: test/punch/by-hand.test.ts waits for those. */
const SOON = withChangedSource({
  ...{ file: '/manual/manual-meeting.ts', from: 'SLOT_MS = 10_000', to: 'SLOT_MS = 1_000' },
});
const OFFER = /natcheck pipe (natcheck-offer-1\.[\w-]+)/;
const ANSWER = /^ {2}(natcheck-answer-1\.[\w-]+)$/m;
const CONNECTED = /connected to the other side directly, encrypted end to end/;

let server: NatcheckServer;
beforeAll(async () => {
  server = await startServer({ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

const seenBy = (): string[] => ['--stun', `${HOST}:${server.addresses[0]?.port}`, '--no-port-mapping'];
const start = (...words: readonly string[]): PipeProcess => startPipe([...words, ...seenBy()], SOON);
const said = async ({ said: saidBy }: PipeProcess, pattern: RegExp): Promise<string> =>
  (await saidBy(pattern))[1] ?? '';

describe('natcheck pipe by hand', { timeout: TIMEOUT_MS }, () => {
  it('takes the answer from a descriptor, asks again where it is of no use, and carries both ways', async () => {
    await using alice = start('--manual', '--answer-fd', '3');
    const offer = await said(alice, OFFER);
    await using bob = start(offer);
    const answer = await said(bob, ANSWER);
    alice.third.write(`\nhello\n${offer}\n`);
    await alice.said(/^this is no line of natcheck: paste the whole line/m);
    await alice.said(/^this is an offer: give it to the other side/m);
    // As a mail wraps it, with a word behind it.
    alice.third.write(`${answer.slice(0, 70)}\n${answer.slice(70)} thanks\n`);
    alice.stdin.end('to bob');
    bob.stdin.end('to alice');
    expect(await Promise.all([textOf(alice), textOf(bob)])).toEqual(['to alice', 'to bob']);
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('takes the answer from the terminal, and leaves that to stdin from then on', {
    skip: NO_TERMINAL !== null,
  }, async () => {
    await using alice = await onTerminal(['pipe', '--manual', ...seenBy()], { columns: 120, env: SOON });
    await alice.shows(OFFER);
    await alice.shows(/paste the line that it prints here/);
    const [, offer = ''] = OFFER.exec(alice.shown()) ?? [];
    await using bob = start(offer);
    alice.type(`${await said(bob, ANSWER)}\n`);
    await alice.shows(CONNECTED);
    alice.type('hi\n\u0004');
    expect(await textOf(bob)).toBe('hi\n');
    bob.stdin.end();
    expect(await alice.ended).toEqual({ code: 0, signal: null });
  });

  it('ends with a sentence when there is no answer: at the end of the input, in time, and where there is no terminal', async () => {
    await using ended = start('--manual', '--answer-fd', '3');
    ended.third.end();
    expect(await ended.ended).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/natcheck: no answer was given before the end of the input\n$/) },
    });
    await using late = start('--manual', '--answer-fd', '3', '--wait', '1');
    expect(await late.ended).toMatchObject({
      ...{ code: 6, stderr: expect.stringMatching(/the line of the other side was not pasted in time\n$/) },
    });
    // A process that leads a session of its own has no terminal.
    const alone = ownedProcess(spawn(process.execPath, [MAIN, 'pipe', '--manual', ...seenBy()], { detached: true }));
    let errors = '';
    for await (const chunk of alone.stderr) errors += chunk;
    expect(errors).toContain('there is no terminal to paste the answer at');
  });
});

it('natcheck expose by hand serves the one forward, and ends after it', {
  timeout: TIMEOUT_MS,
  skip: NO_TERMINAL !== null,
}, async () => {
  await using target = await openTarget(echo);
  await using expose = await onTerminal(['expose', `${target.port}`, '--manual', ...seenBy()], {
    columns: 120,
    env: SOON,
  });
  await expose.shows(/natcheck forward natcheck-offer-1\.[\w-]+ \d+/);
  await expose.shows(/paste the line that it prints here/);
  const [, offer = ''] = /natcheck forward (\S+)/.exec(expose.shown()) ?? [];
  const port = await freePort();
  await using forward = natcheckStarted(['forward', offer, `${port}:${target.port}`, '--json', ...seenBy()], SOON);
  await forward.said(/"event":"answer"/);
  const [, answer = ''] = /"line":"(natcheck-answer[^"]+)"/.exec(forward.spoken()) ?? [];
  expose.type(`${answer}\n`);
  await forward.said(/"event":"connected"/);
  const client = await connectClient(port);
  client.end('by hand');
  expect(String(await readAll(client))).toBe('by hand');
  expect((await forward.end('SIGINT')).code).toBe(0);
  expect(await expose.ended).toEqual({ code: 0, signal: null });
});

it('natcheck forward makes an offer too, which expose takes from NATCHECK_CODE', {
  timeout: TIMEOUT_MS,
  skip: NO_TERMINAL !== null,
}, async () => {
  await using target = await openTarget(echo);
  const port = await freePort();
  await using forward = await onTerminal(['forward', '--manual', `${port}:${target.port}`, ...seenBy()], {
    columns: 120,
    env: SOON,
  });
  await forward.shows(/NATCHECK_CODE=natcheck-offer-1\.[\w-]+ natcheck expose \d+/);
  await forward.shows(/paste the line that it prints here/);
  const [, offer = ''] = /NATCHECK_CODE=(\S+)/.exec(forward.shown()) ?? [];
  await using expose = natcheckStarted(['expose', `${target.port}`, '--json', ...seenBy()], {
    ...SOON,
    NATCHECK_CODE: offer,
  });
  await expose.said(/"event":"answer"/);
  const [, answer = ''] = /"line":"(natcheck-answer[^"]+)"/.exec(expose.spoken()) ?? [];
  forward.type(`${answer}\n`);
  await forward.shows(CONNECTED);
  const client = await connectClient(port);
  client.end('the other way');
  expect(String(await readAll(client))).toBe('the other way');
});

it.each([
  [['--manual', '--server', 'x'], '--server is of no use by hand: the two lines are all that the two sides need'],
  [['natcheck-offer-1.AAAA'], 'this line is damaged, or a part of it is missing: paste all of it'],
  [['--manual', '--answer-fd', '0'], 'stdin goes through the pipe: give the answer by another descriptor'],
])('natcheck pipe %j is refused in one line', async (words, sentence) => {
  const { code, stderr } = await natcheckHere(['pipe', ...words, ...seenBy()]);
  expect([code, stderr.split('\n').at(-2)]).toEqual([2, `natcheck: ${sentence}`]);
});

it('natcheck pipe refuses a descriptor that is not open', async () => {
  const { code, stderr } = await natcheck(['pipe', '--manual', '--answer-fd', '77', ...seenBy()]);
  const sentence = 'natcheck: --answer-fd 77 cannot be read: no file is open there [EBADF]';
  expect([code, stderr.split('\n').at(-2)]).toEqual([2, sentence]);
});
