/** The program that starts the containers of a private engine, and programs in them: crun where it is installed, else runc. */
import type Dockerode from 'dockerode';
import { findProgram } from './provision.ts';

/** A name that no other engine has a runtime of. */
const CRUN = 'natcheck-crun';

/** Options of dockerd. */
export async function runtimeOptions(): Promise<readonly string[]> {
  const crun = await findProgram('crun');
  return crun === undefined ? [] : ['--add-runtime', `${CRUN}=${crun}`, '--default-runtime', CRUN];
}

/**
 * What has to be asked for so that these sysctls are in force. dockerd (20.10) turns IPv6 off in a hook: crun has set them by
 * then, and runc sets them afterwards.
 */
export async function runtimeFor(
  docker: Dockerode,
  sysctls: Readonly<Record<string, string>>,
): Promise<{ readonly Runtime?: 'runc' }> {
  if (!Object.keys(sysctls).some((name) => name.startsWith('net.ipv6.'))) return {};
  const { DefaultRuntime } = await docker.info();
  return DefaultRuntime === CRUN ? { Runtime: 'runc' } : {};
}
