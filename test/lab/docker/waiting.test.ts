import { expect, it } from 'vitest';
import { until } from '../../../lab/docker/waiting.ts';

it('the first value that is there is the result', async () => {
  const values = [undefined, false, 7, 8] as const;
  let asked = 0;
  expect(await until(() => values[asked++], { what: 'a value', timeoutMs: 5000 })).toBe(7);
});

it('a condition that does not come is named', async () => {
  await expect(until(() => false, { what: 'the sky falls', timeoutMs: 1 })).rejects.toThrow(
    'the sky falls: not within 1 ms',
  );
});
