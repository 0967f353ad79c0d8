/** What is said once, however often it happens. */
import { expect, it } from 'vitest';
import type { Meeting } from '../../../cli/tunnel/meeting.ts';
import { createReporter } from '../../../cli/tunnel/reporter.ts';
import type { LinkEvent } from '../../../src/tunnel/link/link.ts';

const BY_HAND: Meeting = {
  ...{ code: null, keys: null, byHand: 'offer', isOnce: true, isMade: false, peer: 'answer', otherWords: [] },
  room: { id: 'offer' },
};
const failed = (detail: string): LinkEvent => ({
  ...{ kind: 'attempt-failed', peer: 'answer', reason: 'no-path', detail, retryInMs: 100 },
});
const CONNECTED: LinkEvent = { kind: 'connected', peer: 'answer', path: 'direct', fingerprint: null, outageMs: 9_000 };

it('why attempts fail is said once for each reason, and again after a connection', async () => {
  let said = '';
  const write = (text: string): void => {
    said += text;
  };
  const stderr = { columns: null, write };
  const { signal } = new AbortController();
  const streams = { stdout: process.stdout, stderr: process.stderr };
  {
    await using reporter = await createReporter({
      argv: { wait: 1 } as never,
      ...{ context: { stderr, streams, spinner: false, signal }, meeting: BY_HAND, otherCommand: [], waitMs: 1_000 },
    });
    said = '';
    for (const detail of ['no way', 'no way', 'no luck', 'no way']) reporter.event(failed(detail));
    reporter.event(CONNECTED);
    reporter.event(failed('no way'));
  }
  expect(said.split('\n')).toEqual([
    'answer was not reached: no way',
    'answer was not reached: no luck',
    'connected to answer again after 9.0 s, directly: everything goes on',
    'answer was not reached: no way',
    '',
  ]);
});
