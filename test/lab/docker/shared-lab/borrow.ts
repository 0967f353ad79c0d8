/** A lab of setup.ts's pool, for a test file that only needs clients behind NATs. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { joinLab } from '../../../../lab/docker/lab.ts';
import type { Lab } from '../../../../lab/index.ts';
import type { Lent } from './pool.ts';
import { SHARED_PROFILES } from './profiles.ts';

/**
 * Borrows a lab of SHARED_PROFILES, which no other file has meanwhile. Dispose of it to give it back: its programs are ended
 * and its routers restored for the next one. What else is changed, such as addresses of clients, is for the borrower to undo.
 */
export async function borrowLab(): Promise<Lab> {
  const provided = inject('lab');
  if (provided === null) throw new Error('no engine');
  const { host, image, pool } = provided;
  const loan = connect(pool);
  const [line] = await once(createInterface({ input: loan }), 'line');
  const lent: Lent = JSON.parse(line);
  if ('error' in lent) throw new Error(lent.error);
  const lab = await joinLab({ ...lent, engine: { host }, image, profiles: SHARED_PROFILES });
  return {
    ...lab,
    [Symbol.asyncDispose]: async () => {
      await lab[Symbol.asyncDispose]();
      await once(loan.end(), 'close');
    },
  };
}
