/** A lookup for the connections that Node opens by name: by our resolver, so that it can be given up. */
import type { LookupFunction } from 'node:net';
import { unlessAborted } from '../waits.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';

/** One name is looked up once, however many connections ask. */
export function sharedLookup(resolver: Resolver, signal?: AbortSignal): LookupFunction {
  const found = new Map<string, Promise<readonly ResolvedAddress[]>>();
  const find = (host: string): Promise<readonly ResolvedAddress[]> => {
    const finding = found.get(host) ?? unlessAborted(resolver.addresses(host, signal), signal);
    found.set(host, finding);
    return finding;
  };
  return (host, { all }, callback) => {
    const give = (addresses: readonly ResolvedAddress[]): void => {
      const [first, ...rest] = addresses.map(({ address, family }) => ({ address, family: family === 'IPv6' ? 6 : 4 }));
      if (!first) callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '', 0);
      else if (all) callback(null, [first, ...rest]);
      else callback(null, first.address, first.family);
    };
    find(host).then(give, (error) => callback(error, '', 0));
  };
}
