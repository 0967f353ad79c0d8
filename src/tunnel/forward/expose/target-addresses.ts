/** The addresses of a target's host, the best first. */
import { lookup } from 'node:dns/promises';

/** Beyond it, a name would be tried for longer than a client waits. */
const ADDRESSES_MAX = 4;
const LOOPBACK = ['127.0.0.1', '::1'] as const;

export interface TargetAddresses {
  readonly addresses: readonly [string, ...string[]];
  /**
   * Whether they are all this host, so that the next is of interest only when the one before refuses: another program may be
   * there, and a busy one is to be waited for.
   */
  readonly isLoopback: boolean;
}

/**
 * Null and `localhost` are this host, whatever its files and name servers say (RFC 6761 §6.3).
 * @throws the system's error when a name has no address.
 */
export async function addressesOf(host: string | null): Promise<TargetAddresses> {
  if (host === null || host === 'localhost') return { addresses: LOOPBACK, isLoopback: true };
  const [first, ...rest] = (await lookup(host, { all: true })).map(({ address }) => address);
  if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  return { addresses: [first, ...rest.slice(0, ADDRESSES_MAX - 1)], isLoopback: false };
}
