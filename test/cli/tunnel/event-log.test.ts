/** Where the JSON lines of a tunnel go. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textOutput } from '../../../cli/output.ts';
import { openEventLog } from '../../../cli/tunnel/event-log.ts';

const stderr = textOutput({ write: () => true } as unknown as NodeJS.WritableStream, { color: false });

it('a file that takes them is for its owner alone, since the code may be in it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  try {
    const path = join(dir, 'events');
    {
      await using log = await openEventLog({ 'json-file': path }, { stderr });
      log.write({ kind: 'invitation', code: 'CODE', line: 'natcheck pipe CODE' });
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ event: 'invitation', code: 'CODE' });
  } finally {
    await rm(dir, { recursive: true });
  }
});
