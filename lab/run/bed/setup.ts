/** The setup of a lab file: one program that runs to its end before all others, with the shared folder writable. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LabContainer } from '../../docker/container/container.ts';
import { type Guest, GuestError } from '../../docker/container/guest.ts';
import type { LabFile, ProgramSpec } from '../../file/lab-file.ts';
import { problemIn } from '../../file/lab-file-error.ts';
import { guestSpec, type ProgramImage } from '../program/guest-spec.ts';
import { createOutput, type Output } from '../program/output.ts';
import { type Facts, resolveTemplate } from '../program/resolve.ts';
import { lastWords } from './last-words.ts';

/** A setup makes keys and configurations; one that takes longer waits for something that does not come. */
const WITHIN_MS = 5 * 60_000;

export interface SetupOptions {
  readonly file: LabFile;
  /** Whose network it has. */
  readonly host: LabContainer;
  readonly image: ProgramImage;
  readonly facts: Facts;
  /** The name of the shared folder's volume. */
  readonly volume: string;
  readonly signal: AbortSignal;
}

/** @throws LabFileError when it fails, with its last words; the signal's reason. */
export async function runSetup(setup: ProgramSpec, options: SetupOptions): Promise<void> {
  const { file, host, image, facts, volume, signal } = options;
  const resolve = (template: Parameters<typeof resolveTemplate>[0]): Promise<string> =>
    resolveTemplate(template, { own: null, facts, line: neverALine });
  const spec = await guestSpec(setup, { ...image, resolve, shared: { volume, readOnly: false } });
  const output = createOutput();
  try {
    await using guest = await host.run(spec);
    guest.onLine(output.take);
    await untilDone(guest, output, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GuestError) throw problemIn(file, 'setup', error.message);
    throw error;
  }
}

async function untilDone(guest: Guest, output: Output, signal: AbortSignal): Promise<void> {
  const enough = new AbortController();
  try {
    const late = delay(WITHIN_MS, null, { signal: AbortSignal.any([signal, enough.signal]) });
    const code = await Promise.race([guest.ended, late]);
    if (code === 0) return;
    const end = code === null ? `did not end within ${WITHIN_MS / 60_000} minutes` : `ended with ${code}`;
    throw new GuestError(`the setup ${end}${lastWords(output)}`);
  } finally {
    enough.abort();
  }
}

function neverALine(): never {
  throw new TypeError('a setup waits for no lines');
}
