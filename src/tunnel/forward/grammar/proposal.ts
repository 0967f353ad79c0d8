/** Proposes to the other side what it can give to `forward` for all that is exposed here. */
import { formatTarget, type Target } from './target.ts';

/** Below it a port takes root or CAP_NET_BIND_SERVICE (Linux, ip_unprivileged_port_start). */
const UNPRIVILEGED_PORT = 1024;
/** 80 becomes 8080, and 443 becomes 8443. */
const SHIFT = 8000;
/** A port to begin with for what has none of its own. */
const FILE_PORT = 8000;

/** Returns one `LISTEN[:TARGET]` for each, all on different ports that any user may listen on. */
export function proposeForwards(targets: readonly Target[]): readonly string[] {
  const taken = new Set<string>();
  return targets.map((target) => {
    const port = freePort(target, taken);
    const isPlain = target.kind === 'port' && target.host === null && target.port === port;
    return isPlain ? formatTarget(target) : `${port}:${formatTarget(target)}`;
  });
}

function freePort(target: Target, taken: Set<string>): number {
  const transport = target.kind === 'unix' ? 'tcp' : target.transport;
  const wanted = target.kind === 'unix' ? FILE_PORT : target.port;
  const first = wanted < UNPRIVILEGED_PORT ? wanted + SHIFT : wanted;
  let port = first;
  while (taken.has(`${transport} ${port}`)) port = port < 0xffff ? port + 1 : UNPRIVILEGED_PORT;
  taken.add(`${transport} ${port}`);
  return port;
}
