/** What a process has of an engine that it has found. */
import { expect, inject, it } from 'vitest';
import { findEngine } from '../../../../lab/index.ts';
import { describeLab } from '../provided.ts';

describeLab('an engine that is found', () => {
  it('is nowhere in the environment of the process', async () => {
    const host = inject('lab')?.host ?? '';
    const before = { ...process.env };
    await using engine = await findEngine({ env: { DOCKER_HOST: host } });
    expect([engine.kind, engine.host]).toEqual(['given', host]);
    expect({ ...process.env }).toEqual(before);
  });
});
