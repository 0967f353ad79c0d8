/** examples/sim.ts, as it is written there: its table is what arithmetic says of a simultaneous open. */
import { expect, it } from 'vitest';
import { modulesOf, runExample } from './run-example.ts';

it('two peers get through all pairs but symmetric with port-restricted or symmetric', async () => {
  expect(modulesOf('sim')).toEqual(['natcheck/sim']);
  const { code, stdout, stderr } = await runExample('sim');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, -1)).toEqual([
    '                 full-cone        restricted       port-restricted  symmetric',
    'full-cone        through          through          through          through',
    'restricted       through          through          through          through',
    'port-restricted  through          through          through          -',
    'symmetric        through          through          -                -',
  ]);
  expect(lines.at(-1)).toMatch(/^16 pairs in \d{1,4} ms$/);
});
