/** What has to be installed and built beside an engine, and whether there is room for it. */
import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainMissing, findTestcontainers, installCommand, type Places } from '../engine/installed-testcontainers.ts';
import type { Check } from './check.ts';

export function checkTestcontainers(places: Places): Check {
  const check = { name: 'Testcontainers', isRequired: true, purpose: 'starting the containers' };
  const installed = findTestcontainers(places);
  if (installed.kind === 'found') {
    return { ...check, status: 'ok', found: `${installed.version} in ${installed.dir}`, remedy: null };
  }
  return { ...check, status: 'missing', found: explainMissing(installed, places), remedy: installCommand(places) };
}

export function checkBuilt({ natcheck }: Pick<Places, 'natcheck'>): Check {
  const check = { name: 'natcheck, built', isRequired: true, purpose: "what is put into the lab's image" };
  const main = join(natcheck, 'dist', 'cli', 'main.js');
  if (existsSync(main)) return { ...check, status: 'ok', found: main, remedy: null };
  return { ...check, status: 'missing', found: `there is no ${main}`, remedy: `npm run build (in ${natcheck})` };
}

const GIBIBYTE = 2 ** 30;
/** Measured: 0.24 GB for the archive of the file system, 0.46 GB for the images; more for each image with packages, or of yours. */
const ROOM_NEEDED = 2 * GIBIBYTE;

/** @param dir where an engine keeps its images; it need not be there yet. */
export async function checkRoom(dir: string): Promise<Check> {
  const check = { name: 'disk space', isRequired: false, purpose: "the lab's images" };
  try {
    const place = await existing(dir);
    const { bavail, bsize } = await statfs(place);
    const free = bavail * bsize;
    const found = `${(free / GIBIBYTE).toFixed(1)} GiB free for ${dir}`;
    if (free >= ROOM_NEEDED) return { ...check, status: 'ok', found, remedy: null };
    const remedy = `free ${ROOM_NEEDED / GIBIBYTE} GiB, such as by docker system prune`;
    return { ...check, status: 'missing', found, remedy };
  } catch (error) {
    return { ...check, status: 'unknown', found: `${dir}: ${(error as Error).message}`, remedy: null };
  }
}

/** The folder, or the nearest above it that is there. */
async function existing(dir: string): Promise<string> {
  const isThere = await stat(dir).then(
    () => true,
    () => false,
  );
  return isThere || dirname(dir) === dir ? dir : existing(dirname(dir));
}
