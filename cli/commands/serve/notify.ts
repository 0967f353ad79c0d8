/** Tells systemd how far a service is (sd_notify(3)). Node has no datagram sockets of the family that it takes, its program has. */
import type { ServerLog } from '../../../server/index.ts';
import type { Context } from '../../command.ts';

/** Does nothing where nobody is to be told; a failure is logged, and changes nothing. */
export async function notifySystemd(
  state: 'READY=1' | 'STOPPING=1',
  { env, log }: Pick<Context, 'env'> & { readonly log: ServerLog },
): Promise<void> {
  if (!env.NOTIFY_SOCKET) return;
  // It takes a while to load, and most servers need it not.
  const { execFile } = await import('node:child_process');
  await new Promise<void>((resolve) => {
    execFile('systemd-notify', [state], { env: { ...env } }, (error) => {
      if (error)
        log('warn', 'notify-failed', { message: `systemd-notify ${state} failed: ${error.message.split('\n', 1)[0]}` });
      resolve();
    });
  });
}
