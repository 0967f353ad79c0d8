/** examples/ice.ts, as it is written there. */
import { expect, it } from 'vitest';
import { modulesOf, runExample } from './run-example.ts';

it('two agents connect over loopback, one datagram goes across, and the other hears that the path is closed', async () => {
  expect(modulesOf('ice')).toContain('natcheck/ice');
  const { code, stdout, stderr } = await runExample('ice');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, a, b] = /^alice is connected: (127\.0\.0\.1:\d+) -> (127\.0\.0\.1:\d+)$/m.exec(stdout) ?? [];
  expect(stdout.split('\n')).toEqual([
    `alice is connected: ${a} -> ${b}`,
    `bob is connected: ${b} -> ${a}`,
    'bob has received: hello',
    'alice has left',
    '',
  ]);
});
