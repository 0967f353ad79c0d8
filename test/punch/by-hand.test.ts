/** Two peers that meet by two lines which somebody passes on, and whose sockets a STUN server on loopback sees. */
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { openRoom } from '../../src/punch/open-room.ts';
import type { ManualMeetingPlace, PunchRoom } from '../../src/punch/options.ts';
import { readManualLine } from '../../src/rendezvous/manual/line.ts';
import { startTestServer } from '../net/rendezvous/peers.ts';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function stunServers(): Promise<string[]> {
  const server = await startTestServer();
  held.push(server);
  return server.addresses.slice(0, 1).map(({ address, port }) => `${address}:${port}`);
}

type Side = Omit<ManualMeetingPlace, 'kind' | 'onLine'> & { readonly stunServers: string[] };

/** Opens the room of a side; `line` resolves with what it shows. */
async function sideOf({
  stunServers,
  ...meeting
}: Side): Promise<{ readonly room: PunchRoom; readonly line: Promise<string> }> {
  const shown = Promise.withResolvers<string>();
  const room = await openRoom({
    id: meeting.offer === undefined ? 'offer' : 'answer',
    ...{ stunServers, portMapping: false },
    meeting: { kind: 'manual', onLine: shown.resolve, ...meeting },
  });
  held.push(room);
  return { room, line: shown.promise };
}

/** Sets the wall clock, which goes on from there, until the test is over. */
function setClock(wallMs: number): void {
  const clock = Date.now;
  const ahead = wallMs - clock();
  const spied = vi.spyOn(Date, 'now').mockImplementation(() => clock() + ahead);
  onTestFinished(() => spied.mockRestore());
}

const never = (): Promise<string> => new Promise(() => {});

describe('two peers by hand', () => {
  it('open a direct path at the next whole ten seconds, though something else is pasted first', {
    timeout: 40_000,
  }, async () => {
    const stun = await stunServers();
    const answer = Promise.withResolvers<string>();
    const problems: (string | null)[] = [];
    const alice = await sideOf({
      stunServers: stun,
      secret: 'the-secret',
      paste: async (problem) => {
        problems.push(problem);
        return problem === null ? 'hello' : await answer.promise;
      },
    });
    const hers = alice.room.connect('answer', { waitMs: 30_000 });
    const offer = await alice.line;
    expect(offer.length).toBeLessThan(500);
    expect(readManualLine(offer)).toMatchObject({ ok: true, line: { kind: 'offer', secret: 'the-secret' } });
    // Two seconds before a whole ten, which is time enough to pass the answer on.
    setClock(1_700_000_008_000);
    const bob = await sideOf({ stunServers: stun, offer: `look: ${offer}\n`, paste: never });
    const his = bob.room.connect('offer', { waitMs: 30_000 });
    answer.resolve(await bob.line);
    const [a, b] = await Promise.all([hers, his]);
    expect([a.report.outcome, b.report.outcome]).toEqual(['direct', 'direct']);
    expect(a.introduction?.key).toBe(b.introduction?.key);
    expect(problems).toEqual([null, expect.stringMatching(/^this is no line of natcheck/)]);
  });

  it('are told when no answer was pasted in time', async () => {
    const alice = await sideOf({ stunServers: await stunServers(), paste: never });
    const { report } = await alice.room.connect('answer', { waitMs: 300 });
    expect(report).toMatchObject({ reason: 'no-peer', detail: 'the line of the other side was not pasted in time' });
  });
});

it.each([
  ['what is no line', 'answer', 'natcheck', 'this is no line of natcheck'],
  ['another id', 'bob', undefined, 'the id of this side is offer'],
])('a peer by hand that gives %s is told what is wrong', async (_what, id, offer, message) => {
  const opening = openRoom({ id, meeting: { kind: 'manual', offer, onLine: () => {}, paste: never } });
  await expect(opening).rejects.toThrow(UsageError);
  await expect(opening).rejects.toThrow(message);
});
