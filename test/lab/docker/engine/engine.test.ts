import { expect, it } from 'vitest';
import { findEngine } from '../../../../lab/docker/engine/engine.ts';

it('no engine is looked for where it is forbidden', async () => {
  await expect(findEngine({ env: { NATCHECK_LAB_ENGINE: 'none' } })).rejects.toThrow(
    'no container engine: NATCHECK_LAB_ENGINE=none forbids it',
  );
});
