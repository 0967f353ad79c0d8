/** Starts a guest: attached before it runs, so that no line of it is lost, and removed with everything that it has left. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { engineFull } from '../engine/answer/full.ts';
import { gone } from '../engine/answer/gone.ts';
import { engineReason } from '../engine/answer/reason.ts';
import type { Labels } from '../engine/labels.ts';
import { createDemux } from './demux.ts';
import { CANNOT_RUN, type Guest, GuestError, type GuestSpec } from './guest.ts';
import { createOutput, type Output } from './output.ts';

/** How long it may take to end after SIGTERM. */
const GRACE_MS = 1000;
/** More than any program of one side needs; a program that forks without end stops there. */
const MAX_PROCESSES = 4096;
/** What the engine keeps of its output, for `docker logs`. */
const ENGINE_LOG = { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } };

/** The container whose network the guest shares. */
export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
}

/** @throws GuestError when it cannot be started, EngineFullError when nothing can; nothing is left of it then. */
export async function startGuest(docker: Dockerode, holder: Holder, spec: GuestSpec): Promise<Guest> {
  const container = await docker.createContainer(creation(holder, spec)).catch((cause: Error) => {
    throw refused(spec, cause);
  });
  const remove = (): Promise<void> => gone(container.remove({ force: true, v: true }));
  try {
    const output = createOutput(plainly);
    const read = await attachTo(container, output);
    await container.start();
    const ended = codeOf(container, read);
    ended.catch(() => {}); // Told to whoever waits for it.
    return {
      id: container.id,
      ended,
      onLine: output.onLine,
      leftOut: output.leftOut,
      kill: remove,
      async [Symbol.asyncDispose]() {
        await askToEnd(container, ended);
        await remove();
      },
    };
  } catch (cause) {
    await remove();
    throw refused(spec, cause);
  }
}

function creation(holder: Holder, spec: GuestSpec): Dockerode.ContainerCreateOptions {
  const { image, argv, entrypoint, env = {}, devices = [], capabilities = [], volumes = [], holdsInput = false } = spec;
  return {
    name: `${holder.name}-guest-${randomBytes(3).toString('hex')}`,
    Image: image,
    Labels: holder.labels,
    ...(argv && { Cmd: [...argv] }),
    // The engine takes an empty list for none given; one empty word is no entrypoint.
    ...(entrypoint && { Entrypoint: entrypoint.length > 0 ? [...entrypoint] : [''] }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    OpenStdin: holdsInput,
    HostConfig: {
      NetworkMode: `container:${holder.id}`,
      // It passes signals on to a program that would ignore them as the first process, and collects what that forks.
      Init: true,
      CapAdd: [...capabilities],
      Devices: devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' })),
      Binds: volumes.map(({ name, path, readOnly }) => `${name}:${path}:${readOnly ? 'ro' : 'rw'}`),
      PidsLimit: MAX_PROCESSES,
      LogConfig: ENGINE_LOG,
    },
  };
}

/** Resolves with a promise of the end of the output, when all that comes from now on is read. */
async function attachTo(container: Dockerode.Container, output: Output): Promise<{ readonly end: Promise<unknown> }> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, hijack: true });
  stream.on(
    'data',
    createDemux((name, bytes) => output.heard(name, bytes, performance.now())),
  );
  stream.on('error', () => {}); // The engine is lost, which the wait for the exit code tells.
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const end = closed.then(() => output.end(performance.now()));
  return { end };
}

async function codeOf(container: Dockerode.Container, { end }: { readonly end: Promise<unknown> }): Promise<number> {
  const { StatusCode } = await container.wait().catch((cause: unknown) => {
    throw new GuestError(`the engine is lost: ${engineReason(cause)}`, { cause });
  });
  await end;
  return StatusCode;
}

async function askToEnd(container: Dockerode.Container, ended: Promise<number>): Promise<void> {
  // Refused when it has ended by itself.
  const asked = await container.kill({ signal: 'SIGTERM' }).then(
    () => true,
    () => false,
  );
  if (!asked) return;
  const enough = new AbortController();
  const late = delay(GRACE_MS, undefined, { signal: enough.signal }).catch(() => {});
  await Promise.race([ended.catch(() => {}), late]);
  enough.abort();
}

/** What the first process of the container says when it cannot become the program. */
const NO_COMMAND = /^\[FATAL tini \(\d+\)\] exec (.*) failed: (.*)$/;

/** What the engine says when neither the image nor the guest has a command. */
const NO_COMMAND_GIVEN = 'No command specified';

function plainly(line: string): string {
  return line.replace(NO_COMMAND, `${CANNOT_RUN}$1: $2`);
}

function refused({ image }: GuestSpec, cause: unknown): Error {
  const full = engineFull(cause);
  if (full) return full;
  const reason = engineReason(cause);
  const [, device] = /adding custom device "([^"]+)"/.exec(reason) ?? [];
  if (device !== undefined) return new GuestError(`the engine's machine has no device ${device}`, { cause });
  if (reason === NO_COMMAND_GIVEN) return new GuestError(`${image} has no command of its own: give it one`, { cause });
  return new GuestError(`a container of ${image} does not start: ${reason}`, { cause });
}
