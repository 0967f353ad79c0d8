/** The router that an interface's default route names, where the system tells it without a command: on Linux. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** RTF_UP and RTF_GATEWAY of linux/route.h. */
const UP_AND_GATEWAY = 0x3;

/** The gateway of the interface that has `local`; null when there is none, or when the system does not tell. */
export async function defaultGateway(local: string): Promise<string | null> {
  try {
    const device = Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ address }) => address === local));
    return device ? gatewayIn(await readFile('/proc/net/route', 'latin1'), device[0]) : null;
  } catch {
    // There is no such file, or the system lets nobody see its interfaces.
    return null;
  }
}

/**
 * Finds the gateway of a device in the kernel's table. Each line has, with tabs between,
 * `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as eight hex digits with the last byte first.
 */
export function gatewayIn(table: string, device: string): string | null {
  const routes = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([name, destination, , flags = '', , , , mask]) => {
      const isDefault = destination === '00000000' && mask === '00000000';
      return name === device && isDefault && (Number.parseInt(flags, 16) & UP_AND_GATEWAY) === UP_AND_GATEWAY;
    })
    .sort(([, , , , , , a], [, , , , , , b]) => Number(a) - Number(b));
  const gateway = routes[0]?.[2];
  if (gateway === undefined || !/^[\dA-F]{8}$/i.test(gateway)) return null;
  return [...Buffer.from(gateway, 'hex').reverse()].join('.');
}
