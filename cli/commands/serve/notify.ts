/** Tells systemd how far a service is (sd_notify(3)). Node has no datagram sockets of the family that it takes, its program has. */
import { execFile } from 'node:child_process';
import type { ServerLog } from '../../../server/index.ts';
import type { Context } from '../../command.ts';

/** Does nothing where nobody is to be told; a failure is logged, and changes nothing. */
export function notifySystemd(
  state: 'READY=1' | 'STOPPING=1',
  { env, log }: Pick<Context, 'env'> & { readonly log: ServerLog },
): Promise<void> {
  if (!env.NOTIFY_SOCKET) return Promise.resolve();
  return new Promise((resolve) => {
    execFile('systemd-notify', [state], { env: { ...env } }, (error) => {
      if (error)
        log('warn', 'notify-failed', { message: `systemd-notify ${state} failed: ${error.message.split('\n', 1)[0]}` });
      resolve();
    });
  });
}
