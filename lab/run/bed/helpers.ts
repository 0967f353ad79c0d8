/** The helpers of a lab file, started one after the other, as the file has them. */

import { unlessAborted } from '../../../src/net/waits.ts';
import { GuestError } from '../../docker/container/guest.ts';
import type { Lab } from '../../docker/lab.ts';
import type { LabFile } from '../../file/lab-file.ts';
import { problemIn } from '../../file/lab-file-error.ts';
import { guestSpec } from '../program/guest-spec.ts';
import { type Facts, resolveTemplate, type WaitForLine } from '../program/resolve.ts';
import { createHelper, HelperError, type RunningHelper } from './helper.ts';
import type { Images } from './images.ts';

export interface HelpersOptions {
  readonly lab: Lab;
  readonly images: Images;
  readonly facts: Facts;
  /** The name of the shared folder's volume; null if there is none. */
  readonly volume: string | null;
  readonly own: <T extends AsyncDisposable>(resource: T) => T;
  readonly signal: AbortSignal;
}

/** By their names. @throws LabFileError when one does not become ready. */
export async function startHelpers(
  file: LabFile,
  { lab, images, facts, volume, own, signal }: HelpersOptions,
): Promise<ReadonlyMap<string, RunningHelper>> {
  const helpers = new Map<string, RunningHelper>();
  const shared = volume === null ? null : { volume, readOnly: true };
  const line: WaitForLine = () => Promise.reject(new TypeError('a helper waits for no lines'));
  for (const { name, ready, ...program } of file.helpers) {
    signal.throwIfAborted();
    const place = `helpers.${name}`;
    const image = images.get(place);
    if (image === undefined) throw new RangeError(`there is no image for ${name}`);
    const resolve = (template: Parameters<typeof resolveTemplate>[0]): Promise<string> =>
      resolveTemplate(template, { own: null, facts, line });
    const spec = await guestSpec(program, { ...image, resolve, shared });
    const helper = own(createHelper({ name, ready }, { host: lab.helper(name), spec }));
    await startHelper(helper, { file, signal });
    helpers.set(name, helper);
  }
  return helpers;
}

/** @throws LabFileError when it does not become ready, with its place; the signal's reason. */
export async function startHelper(
  helper: RunningHelper,
  { file, signal }: { readonly file: LabFile; readonly signal: AbortSignal },
): Promise<void> {
  await unlessAborted(helper.start(), signal).catch((error: unknown) => {
    const isTold = error instanceof GuestError || error instanceof HelperError;
    throw isTold ? problemIn(file, `helpers.${helper.name}`, error.message) : error;
  });
}
