/** What labs leave on purpose, so that the next one starts at once: images, base file systems, the data of private engines. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../engine/command.ts';
import { endDaemonAt } from '../engine/daemon.ts';
import { findOtherEngine } from '../engine/engine.ts';
import { hasLivingLab } from '../engine/labels.ts';
import { type SlotDirs, visitFreeSlots } from '../engine/slot.ts';
import { cacheDirOf, ROOT_CACHE_DIR } from '../engine/storage/cache-dir.ts';
import { type Env, ROOT_RUNTIME_DIR } from '../engine/storage/runtime-dir.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { TAR_NAME } from '../image/rootfs.ts';
import { type Amount, labImages, removeLabImages } from './lab-images.ts';

export interface Remains {
  /** On the engine that is not a private one; null if there is none. */
  readonly images: (Amount & { readonly host: string }) | null;
  /** Base file systems, from which images are made where no registry is reached. */
  readonly fileSystems: Amount & { readonly dir: string };
  /** The data of private engines that do not run now. */
  readonly engines: Amount & { readonly dir: string };
  /** Why something stays, a sentence each. */
  readonly kept: readonly string[];
}

export interface RemainsOptions {
  /** Where base file systems are kept; default: where the lab keeps them. */
  readonly cache?: string;
  /** Where private engines are kept; default: root's, and none for others. */
  readonly slots?: SlotDirs | null;
}

/** @throws Error when an engine that should be there does not answer. */
export function findRemains(env: Env, options: RemainsOptions = {}): Promise<Remains> {
  return visit(env, { ...defaults(env), ...options, isRemoval: false, kept: [] });
}

/**
 * Removes them, but what a lab uses that is running now.
 * @returns what is gone, and what stays.
 * @throws Error when an engine that should be there does not answer, or something cannot be removed.
 */
export function removeRemains(env: Env, options: RemainsOptions = {}): Promise<Remains> {
  return visit(env, { ...defaults(env), ...options, isRemoval: true, kept: [] });
}

function defaults(env: Env): Required<RemainsOptions> {
  const uid = process.getuid?.() ?? 0;
  const slots = uid === 0 ? { cache: ROOT_CACHE_DIR, runtime: ROOT_RUNTIME_DIR } : null;
  return { cache: cacheDirOf(env, uid), slots };
}

interface Visit extends Required<RemainsOptions> {
  readonly isRemoval: boolean;
  readonly kept: string[];
}

async function visit(env: Env, options: Visit): Promise<Remains> {
  const images = await visitEngine(env, options);
  const engines = await visitSlots(options);
  const fileSystems = await visitFileSystems(options);
  return { images, fileSystems, engines, kept: options.kept };
}

async function visitEngine(env: Env, { isRemoval, kept }: Visit): Promise<Remains['images']> {
  const engine = await findOtherEngine(env);
  if (engine === null) return null;
  const { host } = engine;
  const docker = await connectDocker(host);
  if (!isRemoval) return { ...(await labImages(docker)), host };
  if (await hasLivingLab(docker)) {
    kept.push(`a lab is running on the engine at ${host}: its images stay`);
    return { count: 0, bytes: 0, host };
  }
  return { ...(await removeLabImages(docker)), host };
}

async function visitSlots({ slots, isRemoval, kept }: Visit): Promise<Remains['engines']> {
  if (slots === null) return { count: 0, bytes: 0, dir: ROOT_CACHE_DIR };
  let [count, bytes] = [0, 0];
  const taken = await visitFreeSlots(slots, async ({ dataRoot, runtimeDir }) => {
    const size = await sizeOnDisk(dataRoot);
    if (size === 0) return;
    count++;
    bytes += size;
    if (!isRemoval) return;
    await endDaemonAt(join(runtimeDir, 'docker.sock'));
    for (const dir of [dataRoot, runtimeDir]) await rm(dir, { recursive: true, force: true });
  });
  if (isRemoval) kept.push(...taken.map((number) => `private engine ${number} is running: its data stays`));
  return { count, bytes, dir: slots.cache };
}

const FILE_SYSTEM = /^natcheck-lab-rootfs-.*\.tar$/;
/** Longer than one takes to be made: what is older and not finished never will be. */
const UNFINISHED_MS = 3_600_000;

async function visitFileSystems({ cache, isRemoval }: Visit): Promise<Remains['fileSystems']> {
  let [count, bytes] = [0, 0];
  for (const name of await readdir(cache).catch(() => [])) {
    const path = join(cache, name);
    const stats = await stat(path).catch(() => null);
    if (!FILE_SYSTEM.test(name) || stats === null) continue;
    if (!TAR_NAME.test(name) && Date.now() - stats.mtimeMs < UNFINISHED_MS) continue;
    count++;
    bytes += stats.blocks * 512;
    if (isRemoval) await rm(path, { force: true });
  }
  return { count, bytes, dir: cache };
}

/** 0 if it is not there. */
async function sizeOnDisk(path: string): Promise<number> {
  const said = await run('du', ['-sk', '--one-file-system', path]).catch(() => '0');
  return Number.parseInt(said, 10) * 1024;
}
