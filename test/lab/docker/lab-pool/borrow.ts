/** A lab of setup.ts's pool, for a test that only needs clients behind NATs. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { joinLab } from '../../../../lab/docker/lab.ts';
import { CLASSIC_NATS, type Lab, STATIC } from '../../../../lab/index.ts';
import type { Asked, Lent } from './lent.ts';

/** Two sites of each classic NAT, such as `symmetric` and `symmetric-2`, a static one, and a helper: enough for most. */
const USUAL: Asked = { profiles: [...CLASSIC_NATS, ...CLASSIC_NATS, STATIC], helpers: ['partner'] };

/**
 * Borrows a lab, which nobody else has meanwhile: of the usual sites with one client each, unless told otherwise. It may have
 * more than what is asked for. Dispose of it to give it back: its programs are ended and its routers restored for the next one.
 * What else is changed, such as addresses of clients, is for the borrower to undo.
 */
export async function borrowLab(asked: Asked = USUAL): Promise<Lab> {
  const provided = inject('lab');
  if (provided === null) throw new Error('no engine');
  const { host, image, pool } = provided;
  const loan = connect(pool);
  loan.write(`${JSON.stringify(asked)}\n`);
  const [line] = await once(createInterface({ input: loan }), 'line');
  const lent: Lent = JSON.parse(line);
  if ('error' in lent) throw new Error(lent.error);
  const { id, addressing, lab: there } = lent;
  const lab = await joinLab({ ...there, id, addressing, engine: { host }, image });
  return {
    ...lab,
    [Symbol.asyncDispose]: async () => {
      await lab[Symbol.asyncDispose]();
      await once(loan.end(), 'close');
    },
  };
}
