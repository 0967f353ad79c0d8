/** The file of a Unix domain socket to listen on: what is there already is left alone, unless it is a socket that nobody has. */
import { chmod, lstat, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { UsageError } from '../../../errors.ts';
import { explainFileCode } from '../../../net/explain-code.ts';
import { visible } from '../../../visible.ts';

const OWNER_ONLY = 0o600;

/** Removes a socket that its process has left behind. @throws UsageError when something else is there, or a socket in use. */
export async function clearSocketFile(path: string): Promise<void> {
  // Listening in a folder that is not there would fail as if it were not permitted.
  await stat(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(path, error.code ?? error.message);
  });
  const stats = await lstat(path).catch(() => null);
  if (!stats) return;
  if (!stats.isSocket())
    throw new UsageError(`${visible(path)} is there already, and is no socket: choose another path`);
  const code = await codeOfConnecting(path);
  if (code === null)
    throw new UsageError(`${visible(path)} is in use: end the process that listens there, or choose another path`);
  if (code !== 'ECONNREFUSED') throw cannotListen(path, code);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(path, error.code ?? error.message);
  });
}

/** Lets nobody but this user connect to it, whatever the umask is. */
export async function closeToOthers(path: string): Promise<void> {
  await chmod(path, OWNER_ONLY);
}

/** @param code of the system. */
export function cannotListen(path: string, code: string): UsageError {
  return new UsageError(`cannot listen on ${visible(path)}: ${explainFileCode(code)}`);
}

/** Null when somebody accepts there. */
function codeOfConnecting(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
