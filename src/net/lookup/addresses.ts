/**
 * The addresses of a name, by a way that can be given up: the hosts file, then DNS. The system's own lookup knows more
 * (search lists, multicast DNS), but it cannot be stopped, and the end of a process waits for it: it is asked only once a
 * name server has been heard, or has refused at once.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { hostsFileAddresses } from './hosts-file.ts';
import { isSilence } from './silence.ts';

/** How long the first question to each name server may take (the C library takes 5 s); c-ares doubles it for each later one. */
const DNS_TIMEOUT_MS = 1_000;
/** How often each name server is asked: 7 s in all where there is one. */
const DNS_TRIES = 3;
/** Names that no name server is to be asked for (RFC 6761 §6.3, RFC 6762 §3). */
const LOCAL_NAME = /(^|\.)(localhost|local)\.?$/i;
/** Names that nothing has (RFC 6761 §6.4). */
const INVALID_NAME = /(^|\.)invalid\.?$/i;

export interface AddressOptions {
  /** `ADDRESS:PORT` of the name servers; the system's own when left out. */
  readonly dnsServers?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The system's own lookup; tests give another one. */
  readonly system?: (host: string) => Promise<readonly string[]>;
}

/**
 * Finds at least one address.
 * @throws an error with the system's code: `ENOTFOUND` when nobody knows the name; ETIMEOUT or ECANCELLED when the name
 * servers do not answer, or not before the signal aborts.
 */
export async function addressesOf(host: string, options: AddressOptions = {}): Promise<readonly string[]> {
  const { signal, system = systemAddresses } = options;
  if (INVALID_NAME.test(host)) throw Object.assign(new Error(`${host} is no name`), { code: 'ENOTFOUND' });
  const written = await hostsFileAddresses(host);
  if (written.length > 0) return written;
  if (LOCAL_NAME.test(host)) return system(host);
  try {
    return await dnsAddresses(host, options);
  } catch (error) {
    if (isSilence(error) || signal?.aborted) throw error;
    return system(host);
  }
}

/** The addresses of both families; when one of them is not answered, those of the other. */
async function dnsAddresses(host: string, { dnsServers, signal }: AddressOptions): Promise<readonly string[]> {
  using dns = cancellable({ dnsServers, signal, timeoutMs: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  const answers = await Promise.allSettled([dns.resolver.resolve4(host), dns.resolver.resolve6(host)]);
  const addresses = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (addresses.length > 0) return addresses;
  const failures = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  throw failures.find(isSilence) ?? failures[0];
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

interface Cancellable extends Disposable {
  readonly resolver: Resolver;
}

/** A resolver whose open questions end when the signal aborts, as ECANCELLED. @throws the signal's reason when it has. */
export function cancellable({
  dnsServers,
  signal,
  timeoutMs,
  tries,
}: {
  readonly dnsServers: readonly string[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly tries: number;
}): Cancellable {
  signal?.throwIfAborted();
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (dnsServers) resolver.setServers(dnsServers);
  const cancel = (): void => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return { resolver, [Symbol.dispose]: () => signal?.removeEventListener('abort', cancel) };
}
