/** Labs for test files that only need clients behind NATs: a file borrows one, and the next gets it as it was when it had started. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addressing } from '../../../../lab/docker/topology/addressing.ts';
import { FREE_ADDRESSINGS } from '../../../../lab/docker/topology/free-addressing.ts';
import { planLab } from '../../../../lab/docker/topology/plan.ts';
import { loadRules } from '../../../../lab/docker/topology/setup-script.ts';
import { type Engine, type Lab, startLab } from '../../../../lab/index.ts';
import { createOwner } from '../../../../src/net/owner.ts';
import { SHARED_PROFILES } from './profiles.ts';

/** What a borrower is told, as one line of JSON. */
export type Lent = { readonly id: string; readonly addressing: Addressing } | { readonly error: string };

export interface LabPool extends AsyncDisposable {
  /** The socket to connect to for a lab, and to close when it is no longer needed. */
  readonly path: string;
}

export interface PoolOptions {
  readonly engine: Pick<Engine, 'host'>;
  /** From `ensureImage`. */
  readonly image: string;
}

/** Nothing is started before somebody asks; there are as many labs as files that had one at the same time. */
export async function openLabPool(options: PoolOptions): Promise<LabPool> {
  await using opened = createOwner();
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-labs-'));
  opened.defer(() => rm(dir, { recursive: true }));
  const free: Lab[] = [];
  const borrow = async (): Promise<Lab> => {
    const used = free.pop();
    if (used === undefined) {
      return opened.use(await startLab({ ...options, profiles: SHARED_PROFILES, addressing: 'free' }));
    }
    await restore(used);
    return used;
  };
  const server = createServer((borrower) => void lend(borrower, { borrow, free }));
  const path = join(dir, 'labs.sock');
  await once(server.listen(path), 'listening');
  opened.defer(() => void server.close());
  const owned = opened.move();
  return { path, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

interface Lending {
  readonly borrow: () => Promise<Lab>;
  readonly free: Lab[];
}

async function lend(borrower: Socket, { borrow, free }: Lending): Promise<void> {
  const closed = once(borrower.resume(), 'close');
  const say = (lent: Lent): boolean => borrower.write(`${JSON.stringify(lent)}\n`);
  try {
    const lab = await borrow();
    say({ id: lab.id, addressing: addressingOf(lab) });
    await closed;
    free.push(lab);
  } catch (error) {
    say({ error: String(error) });
  }
}

function addressingOf({ server }: Lab): Addressing {
  const found = FREE_ADDRESSINGS.find(({ publicPrefix }) => server.primary.startsWith(`${publicPrefix}.`));
  if (found === undefined) throw new RangeError(`${server.primary} is of no known addressing`);
  return found;
}

/** Ends all programs but the containers' own, and gives each router the rules that it began with, and no memory. */
async function restore(lab: Lab): Promise<void> {
  const { sites } = planLab({ profiles: SHARED_PROFILES, clientsPerSite: 1, addressing: addressingOf(lab) });
  const hosts = [lab.server, ...lab.sites.flatMap(({ clients }) => clients)];
  await Promise.all([
    ...hosts.map((host) => host.exec(['sh', '-c', 'kill -KILL -1'])),
    ...sites.map(async ({ name, rules }) => {
      const { exitCode, stderr } = await lab
        .nat(name)
        .router.exec(['sh', '-c', `set -e\n${loadRules(rules)}\nconntrack -F`]);
      if (exitCode !== 0) throw new Error(`${name} is not restored: ${stderr}`);
    }),
  ]);
}
