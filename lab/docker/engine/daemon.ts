/**
 * A dockerd in separate network, mount and process namespaces: it touches nothing of the host's network, and when it ends,
 * the kernel ends everything that it started, mounted or set up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from '../waiting.ts';
import { answersPing } from './ping.ts';
import { startTime } from './process-id.ts';
import { runtimeOptions } from './runtime.ts';
import type { Slot } from './slot.ts';

/**
 * How much Go programs may grow before they look for garbage, in per cent; their default is 100. dockerd calls itself twice
 * for each container, which took 49 ms with this, and 72 ms without.
 */
const GOGC = '400';

/**
 * It has no way out of its namespace, and does not route between its networks: so it needs no rules, of which dockerd else makes
 * dozens for each network.
 */
const NO_ROUTER = ['--iptables=false', '--ip-forward=false', '--ip-masq=false'];

/** crun takes cgroups of one version, and not a machine that shows the second beside the first; in this mount namespace it need not. */
const NO_HYBRID = 'if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi';

const START_TIMEOUT_MS = 30_000;
/** Longer than dockerd gives its containers to stop (15 s). */
const STOP_TIMEOUT_MS = 25_000;

export interface Daemon extends AsyncDisposable {
  readonly socketPath: string;
}

/**
 * Starts dockerd in the slot; if a killed run has left one there, that is ended first.
 * @throws Error with the end of its log when it does not come up.
 */
export async function startDaemon(slot: Slot): Promise<Daemon> {
  const at = pathsIn(slot);
  await clearSlot(slot);
  const child = await spawnDockerd(slot);
  const stop = (): Promise<void> => stopDaemon(child);
  try {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`dockerd ended with ${child.exitCode}`);
        return answersPing(at.socket);
      },
      { what: 'dockerd answers', timeoutMs: START_TIMEOUT_MS },
    );
    const dockerd = await childOf(child.pid);
    if (dockerd !== undefined)
      await writeFile(at.owner, JSON.stringify({ dockerd, started: await startTime(dockerd) }));
  } catch (cause) {
    await stop();
    const lines = (await readFile(at.log, 'utf8')).trimEnd().split('\n').slice(-10);
    throw new Error(`the private engine does not come up:\n${lines.join('\n')}`, { cause });
  }
  return { socketPath: at.socket, [Symbol.asyncDispose]: stop };
}

/** Ends the daemon that a killed run has left at this socket, and everything that it runs. */
export async function endDaemonAt(socketPath: string): Promise<void> {
  await endLeftover(join(dirname(socketPath), OWNER_FILE));
}

/** Says which process is the dockerd of a slot. */
const OWNER_FILE = 'owner';

function pathsIn({ runtimeDir }: Slot) {
  const at = (name: string): string => join(runtimeDir, name);
  return { socket: at('docker.sock'), pid: at('docker.pid'), exec: at('exec'), log: at('log'), owner: at(OWNER_FILE) };
}

async function clearSlot(slot: Slot): Promise<void> {
  const at = pathsIn(slot);
  await endLeftover(at.owner);
  await Promise.all([at.exec, at.socket, at.pid].map((path) => rm(path, { recursive: true, force: true })));
  // No network outlives its engine, but a killed dockerd (20.10) may leave one half written, on which the next one panics.
  await rm(join(slot.dataRoot, 'network'), { recursive: true, force: true });
}

async function spawnDockerd(slot: Slot): Promise<ChildProcess> {
  const at = pathsIn(slot);
  await using log = await open(at.log, 'w', 0o600);
  const places = `-H unix://${at.socket} --data-root ${slot.dataRoot} --exec-root ${at.exec} --pidfile ${at.pid}`;
  const options = [places, ...NO_ROUTER, ...(await runtimeOptions())].join(' ');
  // If this process dies, unshare is killed, and then dockerd, the first process of its namespace, is asked to stop.
  const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=TERM'];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, 'sh', '-c', `${NO_HYBRID}; ip link set lo up && exec dockerd ${options}`],
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, GOGC, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    },
  );
  await once(child, 'spawn');
  child.unref();
  return child;
}

async function stopDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  const dockerd = await childOf(child.pid);
  const signal = (name: NodeJS.Signals): boolean =>
    dockerd === undefined ? child.kill(name) : process.kill(dockerd, name);
  signal('SIGTERM');
  const late = setTimeout(() => signal('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}

async function endLeftover(ownerFile: string): Promise<void> {
  const owner = await readFile(ownerFile, 'utf8').then(JSON.parse, () => undefined);
  if (owner === undefined || (await startTime(owner.dockerd)) !== owner.started) return;
  process.kill(owner.dockerd, 'SIGKILL');
  const gone = async (): Promise<boolean> => (await startTime(owner.dockerd)) !== owner.started;
  await until(gone, { what: `the engine of a killed run (pid ${owner.dockerd}) ends`, timeoutMs: STOP_TIMEOUT_MS });
}

async function childOf(pid: number | undefined): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const first = Number.parseInt(children, 10);
  return Number.isNaN(first) ? undefined : first;
}
