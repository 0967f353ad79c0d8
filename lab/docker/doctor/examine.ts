/** Finds out whether this machine can run the container lab. Everything is tried, and the host's network stays as it is. */
import { placesOf } from '../engine/installed-testcontainers.ts';
import { cacheDirOf } from '../engine/storage/cache-dir.ts';
import type { Env } from '../engine/storage/runtime-dir.ts';
import { type DoctorReport, doctorReport } from './check.ts';
import { checkEngine } from './engine-check.ts';
import { checkKernel } from './kernel-checks.ts';
import { checkBuilt, checkRoom, checkTestcontainers } from './software-checks.ts';

/** Where Docker keeps its images unless told otherwise. */
const DOCKER_ROOT = '/var/lib/docker';

export async function examine(env: Env): Promise<DoctorReport> {
  const places = placesOf(env);
  const uid = process.getuid?.() ?? 0;
  const engine = await checkEngine(env);
  const kernel = await checkKernel({ isRoot: uid === 0, isElsewhere: engine.isElsewhere });
  const room = await checkRoom(engine.isPrivate ? cacheDirOf(env, uid) : DOCKER_ROOT);
  return doctorReport([engine.used, engine.private, checkTestcontainers(places), checkBuilt(places), room, ...kernel]);
}
