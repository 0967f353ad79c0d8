/** examples/room.ts, as it is written there. */
import { expect, it } from 'vitest';
import { modulesOf, runExample } from './run-example.ts';

it('the example of a room has each of three peers hear a line from both others, and ends', async () => {
  expect(await runExample('room')).toEqual({
    code: 0,
    stdout: [
      'alice has heard from bob: hello alice',
      'alice has heard from carol: hello alice',
      'bob has heard from alice: hello bob',
      'bob has heard from carol: hello bob',
      'carol has heard from alice: hello carol',
      'carol has heard from bob: hello carol',
      '',
    ].join('\n'),
    stderr: '',
  });
});

it('it needs nothing but what the package exports', () => {
  expect(modulesOf('room')).toEqual(['natcheck', 'natcheck/server']);
});
