/** The hosts file: what the machine's owner has written about names, which goes before what name servers say (hosts(5)). */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

const HOSTS_FILE =
  process.platform === 'win32'
    ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts';

/** The addresses that the file has for a name; none when there is no such file. */
export async function hostsFileAddresses(host: string): Promise<readonly string[]> {
  const text = await readFile(HOSTS_FILE, 'utf8').catch(() => '');
  return addressesIn(text, host);
}

/** Each line has an address, the names of it, and a comment after `#`. Upper and lower case are the same. */
export function addressesIn(text: string, host: string): readonly string[] {
  const wanted = host.toLowerCase();
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return isIP(address) !== 0 && names.includes(wanted) ? [address] : [];
  });
}
