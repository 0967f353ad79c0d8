/** examples/stun.ts, as it is written there. */
import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('the example of STUN tells the reflexive endpoint, which on loopback is the local one', async () => {
  const { code, stdout, stderr } = await runExample('stun');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [local = '', reflexive = '', ...rest] = stdout.split('\n');
  expect(local).toMatch(/^local \{ address: '127\.0\.0\.1', family: 'IPv4', port: \d+ \}$/);
  const port = /port: \d+/.exec(local)?.[0];
  expect(reflexive).toBe(`reflexive { address: '127.0.0.1', ${port} }`);
  expect(rest).toEqual(['']);
});
