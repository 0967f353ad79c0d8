/** What a technique has done is kept within bounds, whoever else sends what looks like its probes. */
import { expect, it } from 'vitest';
import { createWork, noteProbe } from '../../../../src/punch/attempt/outcome/work.ts';

it('no more than 8,192 probes are kept, from however many endpoints they seem to come', () => {
  const work = createWork();
  for (let port = 1; port <= 20_000; port++) noteProbe(work, 'birthday 0 1', { address: '203.0.113.66', port });
  expect(work.probed.size).toBe(8_192);
});
