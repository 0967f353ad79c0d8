import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { textOutput } from '../../../../cli/output.ts';
import { createLifetimeProgress, lifetimeBar } from '../../../../cli/render/progress/lifetime.ts';

describe('the progress of a lifetime test', () => {
  it('is a bar with what is known so far', () => {
    expect(lifetimeBar({ elapsedS: 0, maxS: 180, aliveAfterS: 0 })).toBe(
      'mapping lifetime [------------------------------] 0 of 180 s',
    );
    expect(lifetimeBar({ elapsedS: 48, maxS: 180, aliveAfterS: 45 })).toBe(
      'mapping lifetime [########----------------------] 48 of 180 s, alive after 45 s',
    );
  });

  it('is full, and no longer, when it takes a little more than its time', () => {
    expect(lifetimeBar({ elapsedS: 181, maxS: 180, aliveAfterS: 180 })).toBe(
      'mapping lifetime [##############################] 181 of 180 s, alive after 180 s',
    );
  });

  it('is lines where nobody is looking', async () => {
    const stderr = new PassThrough();
    {
      using progress = await createLifetimeProgress(60, {
        stderr: textOutput(stderr, { color: false }),
        streams: { stdout: stderr, stderr },
        spinner: false,
        signal: new AbortController().signal,
      });
      progress.show({ aliveAfterS: 10 });
    }
    stderr.end();
    expect(await text(stderr)).toBe('mapping lifetime: this takes up to 60 s\nmapping lifetime: alive after 10 s\n');
  });
});
