/** examples/turn.ts, as it is written there. */
import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('the example of TURN relays one datagram each way, from the relayed endpoint', async () => {
  const { code, stdout, stderr } = await runExample('turn');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const relayed = /127\.0\.0\.1:\d+/.exec(stdout)?.[0];
  const lines = stdout.split('\n');
  expect(lines.slice(0, 2)).toEqual([`peers reach the client at ${relayed}`, `the peer hears 'hello' from ${relayed}`]);
  expect(lines[2]).toMatch(/^the client hears 'welcome' from 127\.0\.0\.1:\d+$/);
  expect(lines[2]).not.toContain(relayed);
  expect(lines.slice(3)).toEqual(['']);
});
