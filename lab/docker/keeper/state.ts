/** The one file that says which process keeps a lab, and what is in it; always whole, as it is only ever moved into place. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../../src/errors.ts';
import { READ_NO_LINK, WRITE_NO_LINK } from '../../../src/net/host/own-dir.ts';
import { isAlive, type ProcessId, thisProcess } from '../engine/process-id.ts';
import type { RunningLab } from './running-lab.ts';

const SCHEMA = 'natcheck.lab/1';

export interface LabState {
  readonly schema: typeof SCHEMA;
  readonly keeper: ProcessId;
  /** Null while it is being started. */
  readonly lab: RunningLab | null;
}

export interface KnownLab extends LabState {
  /** Whether its keeper lives; when not, so does no lab that can be used. */
  readonly isKept: boolean;
}

/** The lab that the directory knows of, or null. */
export async function knownLab(dir: string): Promise<KnownLab | null> {
  const state = await readState(dir);
  return state && { ...state, isKept: await isAlive(state.keeper) };
}

export interface Claim extends AsyncDisposable {
  /** Says to everyone what there is now. */
  publish(lab: RunningLab): Promise<void>;
}

/**
 * Makes this process the keeper of the directory's one lab, replacing a dead one; its state is removed when disposed.
 * @throws UsageError when a living process is the keeper.
 */
export async function claimLab(dir: string): Promise<Claim> {
  const keeper = await thisProcess();
  const file = stateFile(dir);
  const draft = `${file}.${keeper.pid}`;
  const write = (lab: RunningLab | null): Promise<void> =>
    writeFile(draft, JSON.stringify({ schema: SCHEMA, keeper, lab } satisfies LabState), {
      mode: 0o600,
      flag: WRITE_NO_LINK,
    });

  await write(null);
  try {
    while (!(await linked(draft, file))) {
      const other = await knownLab(dir);
      if (other?.isKept) throw new UsageError(inUse(other));
      await rm(file, { force: true });
    }
  } finally {
    await rm(draft);
  }
  return {
    publish: async (lab) => {
      await write(lab);
      await rename(draft, file);
    },
    [Symbol.asyncDispose]: () => rm(file, { force: true }),
  };
}

/** Forgets a lab whose keeper is dead. */
export async function forgetLab(dir: string): Promise<void> {
  await rm(stateFile(dir), { force: true });
}

/** One line for someone who wants to start a lab while there is one. */
export function inUse({ keeper, lab }: LabState): string {
  return lab
    ? `a lab is running (keeper pid ${keeper.pid}): use it with natcheck lab detect or exec, or end it with natcheck lab down`
    : `a lab is being started (keeper pid ${keeper.pid}); natcheck lab down ends it`;
}

function stateFile(dir: string): string {
  return join(dir, 'lab.json');
}

/** Null too for a file that this version of natcheck has not written, so that it stands in nobody's way. */
async function readState(dir: string): Promise<LabState | null> {
  const text = await readFile(stateFile(dir), { encoding: 'utf8', flag: READ_NO_LINK }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 'null';
      throw error;
    },
  );
  try {
    const state = JSON.parse(text) as LabState | null;
    return state?.schema === SCHEMA ? state : null;
  } catch {
    return null;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
