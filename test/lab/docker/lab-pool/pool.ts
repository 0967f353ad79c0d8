/** Labs for tests that only need clients behind NATs: one borrows a lab, and the next one gets it as it was when it had started. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Addressing } from '../../../../lab/docker/topology/addressing.ts';
import { FREE_ADDRESSINGS } from '../../../../lab/docker/topology/free-addressing.ts';
import { type Engine, type Lab, startLab } from '../../../../lab/index.ts';
import { createOwner } from '../../../../src/net/owner.ts';
import { covers } from './covers.ts';
import type { Asked, Lent } from './lent.ts';
import { restoreLab } from './restore.ts';

export interface LabPool extends AsyncDisposable {
  /** The socket on which a lab is asked for; it is given back by closing the connection. */
  readonly path: string;
}

export interface PoolOptions {
  readonly engine: Pick<Engine, 'host'>;
  /** From `ensureImage`. */
  readonly image: string;
}

interface Pooled {
  readonly has: Asked;
  readonly lab: Lab;
}

/** More than those that most tests ask for; an engine has addresses for 14. */
const MOST = 6;

/** Nothing is started before somebody asks; what is not in use makes room for what is asked for. */
export async function openLabPool(options: PoolOptions): Promise<LabPool> {
  await using opened = createOwner();
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-labs-'));
  opened.defer(() => rm(dir, { recursive: true }));
  /** Those that are not in use, the longest unused first. */
  const unused: Pooled[] = [];
  let count = 0;
  const take = async (asked: Asked): Promise<Pooled> => {
    const at = unused.findLastIndex(({ has }) => covers(has, asked));
    const [used] = at === -1 ? [] : unused.splice(at, 1);
    if (used) return { ...used, lab: await restoreLab(used.lab, used.has, addressingOf(used.lab)) };
    const other = ++count > MOST ? unused.shift() : undefined;
    if (other) count--;
    await other?.lab[Symbol.asyncDispose]();
    return { has: asked, lab: opened.use(await startLab({ ...options, ...asked, addressing: 'free' })) };
  };
  const lend = async (borrower: Socket): Promise<void> => {
    const closed = once(borrower, 'close');
    const [asked] = await once(createInterface({ input: borrower }), 'line');
    const pooled = await take(JSON.parse(asked));
    const { has, lab } = pooled;
    borrower.write(`${JSON.stringify({ id: lab.id, addressing: addressingOf(lab), lab: has } satisfies Lent)}\n`);
    await closed;
    unused.push(pooled);
  };
  const server = createServer((borrower) => {
    lend(borrower).catch((error: Error) =>
      borrower.end(`${JSON.stringify({ error: error.message } satisfies Lent)}\n`),
    );
  });
  const path = join(dir, 'labs.sock');
  await once(server.listen(path), 'listening');
  opened.defer(() => void server.close());
  const owned = opened.move();
  return { path, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

function addressingOf({ server }: Lab): Addressing {
  const found = FREE_ADDRESSINGS.find(({ publicPrefix }) => server.primary.startsWith(`${publicPrefix}.`));
  if (found === undefined) throw new RangeError(`${server.primary} is of no known addressing`);
  return found;
}
