/** What a tunnel's command says, and what it says no second time. */
import { expect, it } from 'vitest';
import { textOutput } from '../../../cli/output.ts';
import type { Meeting, TunnelWords } from '../../../cli/tunnel/meeting.ts';
import { createReporter, type Reporter } from '../../../cli/tunnel/reporter.ts';
import type { LinkEvent } from '../../../src/tunnel/link/link.ts';

const MEETING = {
  ...{ code: null, keys: null, byHand: null, isOnce: false, isMade: false, peer: 'bob', otherWords: [] },
  room: { id: 'alice' },
} as unknown as Meeting;

/** Has a reporter told what happens, and returns the lines that it has written beside the invitation. */
async function told(argv: Partial<TunnelWords>, act: (reporter: Reporter) => void): Promise<readonly string[]> {
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text) } as unknown as NodeJS.WritableStream;
  const context = {
    ...{ stderr: textOutput(stderr, { color: false }), streams: { stdout: stderr, stderr } },
    ...{ spinner: false, signal: new AbortController().signal },
  };
  const reporter = await createReporter({
    ...{ argv: argv as TunnelWords, context, meeting: MEETING, otherCommand: ['natcheck', 'pipe'], waitMs: 1_000 },
  });
  act(reporter);
  await reporter[Symbol.asyncDispose]();
  act(reporter);
  return written.map((text) => text.trimEnd()).filter((text) => !/^(waiting| {2})/.test(text));
}

const failed = (detail: string): LinkEvent => ({
  ...{ kind: 'attempt-failed', peer: 'bob', reason: 'no-peer', detail, retryInMs: 10_000 },
});
const CONNECTED: LinkEvent = { kind: 'connected', peer: 'bob', path: 'direct', fingerprint: null, outageMs: null };

it('of attempts that fail for the same reason it tells once, until there was a connection', async () => {
  const events = [failed('it is away'), failed('it is away'), failed('it is elsewhere'), failed('it is elsewhere')];
  const said = await told({}, ({ event }) => [...events, CONNECTED, failed('it is elsewhere')].forEach(event));
  expect(said).toEqual([
    'bob was not reached: it is away',
    'bob was not reached: it is elsewhere',
    'connected to bob directly, encrypted end to end',
    'bob was not reached: it is elsewhere',
  ]);
});

it('the end is the last of the JSON lines, whatever is told after it, and nothing follows', async () => {
  const lines = await told({ json: true }, ({ ended, log }) => {
    ended({ reason: 'own-end' }, 0);
    log({ kind: 'stream-refused', target: '22', reason: 'there is no connection to the other side' });
  });
  expect(lines.map((text) => JSON.parse(text).event)).toEqual(['stream-refused', 'end']);
});
