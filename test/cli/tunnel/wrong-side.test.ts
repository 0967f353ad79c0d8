/** What a command says of another side that does not go with it: another command, one too many, one of another version. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withChangedSource } from '../changed-source.ts';
import { startCommand } from '../pipes.ts';
import { CONNECTED, type Meetings, startMeetings } from './meetings.ts';

const TIMEOUT_MS = 120_000;
/** The next version's process. */
const NEWER = withChangedSource({
  ...{ file: '/handshake/message.ts', from: 'TUNNEL_VERSION = 1', to: 'TUNNEL_VERSION = 2' },
});

let meetings: Meetings;
beforeAll(async () => {
  meetings = await startMeetings();
});
afterAll(() => meetings[Symbol.asyncDispose]());

describe('with one code on both sides', { timeout: TIMEOUT_MS }, () => {
  it('a pipe and a forward tell each other apart', async () => {
    const code = meetings.newCode();
    await using forward = meetings.start(code, ['forward', '0:22']);
    await forward.said(/^waiting for the other side/m);
    await using pipe = meetings.start(code, ['pipe', '--wait', '2']);
    await forward.said(
      /^somebody with this code asks for this side, but with the wrong command: natcheck pipe goes with natcheck pipe, and/m,
    );
    const { code: exit, stderr } = await pipe.ended;
    expect(exit).toBe(6);
    expect(stderr).toMatch(
      /^the peer did not come: in the \d(\.\d)? s of waiting, somebody with the same code was there, but did not ask for this side: is it connected to another one, or does another command run there\?$/m,
    );
  });

  it('a pipe that meets natcheck expose is told that it is not wanted there, and ends with 7', async () => {
    const code = meetings.newCode();
    await using expose = meetings.start(code, ['expose', '22']);
    await using pipe = meetings.start(code, ['pipe', '--wait', '20']);
    const { code: exit, stderr } = await pipe.ended;
    expect([exit, stderr]).toEqual([
      7,
      expect.stringMatching(/^(the peer does not want a pipe: it is not exposed there|.*natcheck pipe run there\?)/m),
    ]);
    await expose.said(/^the connection to the other side has ended/m);
    expose.kill('SIGINT');
    expect((await expose.ended).code).toBe(0);
  });

  it('the third pipe is told that the others are connected, and both of them of the third', async () => {
    const code = meetings.newCode();
    await using one = meetings.start(code, ['pipe']);
    await using other = meetings.start(code, ['pipe']);
    await Promise.all([one.said(CONNECTED), other.said(CONNECTED)]);
    await using third = meetings.start(code, ['pipe', '--wait', '2']);
    const { code: exit, stderr } = await third.ended;
    expect(exit).toBe(6);
    expect(stderr).toMatch(
      /^the peer did not come: in the \d(\.\d)? s of waiting, 2 others with the same code were there, but did not ask for this side: are they connected to each other\?$/m,
    );
    for (const side of [one, other])
      await side.said(/^somebody else with this code asks for this side, which is connected already$/m);
    one.stdin.end('all the same');
    other.stdin.end();
    expect([(await one.ended).code, (await other.ended).code]).toEqual([0, 0]);
  });

  it('the second expose is told that there is one, and ends with 2; the first goes on', async () => {
    const code = meetings.newCode();
    await using first = meetings.start(code, ['expose', '22']);
    await using watcher = await meetings.watch(code);
    if (watcher.client.joined.peers.length === 0) await watcher.next('peer-joined');
    await using second = meetings.start(code, ['expose', '22']);
    const { code: exit, stderr } = await second.ended;
    expect([exit, stderr]).toEqual([
      2,
      'waiting for the other side; it needs the same code\nnatcheck expose runs with this code already, here or elsewhere: end that one, or take another code for this one\n',
    ]);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });

  it('a second forward on another machine is not let in by a code for one connection, during it and after it', async () => {
    const code = meetings.newCode({ once: true });
    await using expose = meetings.start(code, ['expose', '22']);
    await using first = meetings.start(code, ['forward', '0:22']);
    await first.said(CONNECTED);
    await using second = meetings.start(code, ['forward', '0:22', '--wait', '1']);
    await expose.said(/^somebody else with this code asks for this side, which is connected already$/m);
    expect(await second.ended).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(
        /2 others with the same code were there, but did not ask for this side: are they connected to each other\?$/m,
      ),
    });
    first.kill('SIGINT');
    expect([(await first.ended).code, (await expose.ended).code]).toEqual([0, 0]);
    await using late = meetings.start(code, ['forward', '0:22', '--wait', '1']);
    expect(await late.ended).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/nobody else with this code came: is it the same on both sides\?$/m),
    });
  });

  it.each([
    ['pipe', [], 'pipe', []],
    ['expose', ['22'], 'forward', ['0:22']],
  ] as const)(
    '%s %j and a newer natcheck %s %j say that they are of different versions',
    async (command, words, other, otherWords) => {
      const code = meetings.newCode();
      await using old = meetings.start(code, [command, ...words]);
      await using newer = meetings.start(code, [other, ...otherWords], NEWER);
      const older =
        /the peer has an older natcheck: it speaks version 1 of the tunnel's protocol, and this side version 2$/m;
      const news =
        /the peer has a newer natcheck: it speaks version 2 of the tunnel's protocol, and this side version 1$/m;
      await Promise.all([old.said(news), newer.said(older)]);
      expect((await newer.ended).code).toBe(7);
      if (command === 'expose') old.kill('SIGINT');
      expect((await old.ended).code).toBe(command === 'expose' ? 0 : 7);
    },
  );
});

it('by ids, a pipe that meets natcheck punch is told so, and ends with 7', { timeout: TIMEOUT_MS }, async () => {
  const byIds = (id: string, peer: string) => [
    '--id',
    id,
    '--peer',
    peer,
    '--server',
    meetings.place,
    ...meetings.where,
  ];
  await using _punch = startCommand(['punch', ...byIds('bob', 'alice')]);
  await using pipe = startCommand(['pipe', ...byIds('alice', 'bob')]);
  expect(await pipe.ended).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(
      /^the other side runs natcheck punch, which opens no tunnel: both sides need natcheck pipe, or expose and forward$/m,
    ),
  });
});
