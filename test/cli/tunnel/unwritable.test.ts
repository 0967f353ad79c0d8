/** What is said where stdout cannot be written, which is no bug of natcheck. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { ownedProcess } from '../../owner/owned-by-test.ts';
import { MAIN } from '../natcheck.ts';
import { startMeetings } from './meetings.ts';

/** A device on which there is never any room. */
const FULL = '/dev/full';
const SKIP = { skip: !existsSync(FULL), timeout: 120_000 };

/** Runs a command whose stdout is that device. */
async function runFull(words: readonly string[], env: Record<string, string> = {}) {
  const full = await open(FULL, 'w');
  const child = ownedProcess(
    spawn(process.execPath, [MAIN, ...words], {
      stdio: ['ignore', full.fd, 'pipe'],
      env: { ...process.env, ...env },
    }),
  );
  await full.close();
  const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'close')]);
  return { code, stderr };
}

it.each([['code'], ['--version'], ['detect --help']])('natcheck %s says so, and ends with 2', SKIP, async (words) => {
  expect(await runFull(words.split(' '))).toEqual({
    code: 2,
    stderr:
      'natcheck: what was to be printed could not be written: there is no room left on its file system [ENOSPC]\n',
  });
});

it('a pipe into a full disk ends on both sides with 7, and says how much was lost', SKIP, async () => {
  await using meetings = await startMeetings();
  const code = meetings.newCode();
  await using sender = meetings.start(code, ['pipe']);
  sender.stdin.write('hello');
  const receiver = await runFull(['pipe', ...meetings.where], { NATCHECK_CODE: code });
  expect(receiver).toEqual({
    code: 7,
    stderr: expect.stringMatching(
      /^what comes cannot be written here \(there is no room left on its file system \[ENOSPC\]\): the peer's stream broke off after 5 bytes$/m,
    ),
  });
  expect(await sender.ended).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/^the other side has stopped reading: 5 bytes of yours were not confirmed/m),
  });
});
