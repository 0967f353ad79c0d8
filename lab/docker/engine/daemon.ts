/**
 * One dockerd in network, mount and process namespaces of its own: nothing of the host's network is touched,
 * and when it ends, all that it started or mounted or set up ends with it, by the kernel's hand.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from '../waiting.ts';
import { answersPing } from './ping.ts';
import { startTime } from './process-id.ts';
import type { Slot } from './slot.ts';

const START_TIMEOUT_MS = 30_000;
/** More than dockerd's own time to stop what still runs (15 s). */
const STOP_TIMEOUT_MS = 25_000;

export interface Daemon extends AsyncDisposable {
  readonly socketPath: string;
}

/**
 * Starts dockerd in the slot; one that a killed run has left there is ended first.
 * @throws Error with the end of its log when it does not come up.
 */
export async function startDaemon(slot: Slot): Promise<Daemon> {
  const at = (name: string): string => join(slot.runtimeDir, name);
  await endLeftover(at('owner'));
  await Promise.all(
    ['exec', 'docker.sock', 'docker.pid'].map((name) => rm(at(name), { recursive: true, force: true })),
  );

  // No network outlives its engine, but a killed dockerd (20.10) may leave one half written, on which the next one panics.
  await rm(join(slot.dataRoot, 'network'), { recursive: true, force: true });

  await using log = await open(at('log'), 'w', 0o600);
  const options = `-H unix://${at('docker.sock')} --data-root ${slot.dataRoot} --exec-root ${at('exec')} --pidfile ${at('docker.pid')}`;
  // If this process dies, unshare is killed, and then dockerd, the first process of its namespace, is asked to stop.
  const unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=TERM'];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, 'sh', '-c', `ip link set lo up && exec dockerd ${options}`],
    {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    },
  );
  await once(child, 'spawn');
  child.unref();
  const stop = (): Promise<void> => stopDaemon(child);
  try {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`dockerd ended with ${child.exitCode}`);
        return answersPing(at('docker.sock'));
      },
      { what: 'dockerd answers', timeoutMs: START_TIMEOUT_MS },
    );
    const dockerd = await childOf(child.pid);
    if (dockerd !== undefined)
      await writeFile(at('owner'), JSON.stringify({ dockerd, started: await startTime(dockerd) }));
  } catch (cause) {
    await stop();
    const lines = (await readFile(at('log'), 'utf8')).trimEnd().split('\n').slice(-10);
    throw new Error(`the private engine does not come up:\n${lines.join('\n')}`, { cause });
  }
  return { socketPath: at('docker.sock'), [Symbol.asyncDispose]: stop };
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

/** Ends the daemon that a killed run has left at this socket, and all that it runs. */
export async function endDaemonAt(socketPath: string): Promise<void> {
  await endLeftover(join(dirname(socketPath), 'owner'));
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
