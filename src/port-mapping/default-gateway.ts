/** The router that an interface's default route names, where the system tells it without a command: on Linux. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { familyOf } from '../endpoint.ts';

/** RTF_UP and RTF_GATEWAY of linux/route.h. */
const UP_AND_GATEWAY = 0x3;

/** The interface that has `address`; null when there is none, or the system lets nobody see its interfaces. */
export function interfaceOf(address: string): string | null {
  try {
    const device = Object.entries(networkInterfaces()).find(([, all]) => all?.some((one) => one.address === address));
    return device?.[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * The gateway of the interface that has `local`, of the same family; null when there is none, or when the system does not
 * tell. A gateway that is known by its link-local address has the interface as its zone: `fe80::1%eth0`.
 */
export async function defaultGateway(local: string): Promise<string | null> {
  const device = interfaceOf(local);
  if (device === null) return null;
  const isIpv6 = familyOf(local) === 'IPv6';
  // Where there is no such file, nothing is told.
  const table = await readFile(isIpv6 ? '/proc/net/ipv6_route' : '/proc/net/route', 'latin1').catch(() => '');
  return isIpv6 ? ipv6GatewayIn(table, { device, local }) : gatewayIn(table, device);
}

/**
 * Finds the gateway of a device in the kernel's table. Each line has, with tabs between,
 * `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as eight hex digits with the last byte first.
 */
export function gatewayIn(table: string, device: string): string | null {
  const routes = rowsOf(table)
    .filter(([name, destination, , flags, , , , mask]) => {
      const isDefault = destination === '00000000' && mask === '00000000';
      return name === device && isDefault && isUpWithGateway(flags);
    })
    .sort(([, , , , , , a], [, , , , , , b]) => Number(a) - Number(b));
  const gateway = routes[0]?.[2];
  if (gateway === undefined || !/^[\dA-F]{8}$/i.test(gateway)) return null;
  return [...Buffer.from(gateway, 'hex').reverse()].join('.');
}

/**
 * Finds it in the kernel's table for IPv6. Each line has, with spaces between,
 * `destination length source length next-hop metric references uses flags interface`, everything in hex, addresses as 32 digits.
 * A route may be for the packets of one source prefix alone, such as that of one of two providers.
 */
export function ipv6GatewayIn(
  table: string,
  { device, local }: { readonly device: string; readonly local: string },
): string | null {
  const routes = rowsOf(table)
    .filter(([, length, source, sourceLength, , , , , flags, name]) => {
      const isDefault = length === '00' && isIn(local, source, sourceLength);
      return name === device && isDefault && isUpWithGateway(flags);
    })
    .sort(([, , , , , a], [, , , , , b]) => Number.parseInt(a ?? '', 16) - Number.parseInt(b ?? '', 16));
  const gateway = ipv6Of(routes[0]?.[4]);
  if (!gateway) return null;
  return gateway.range() === 'linkLocal' ? `${gateway.toRFC5952String()}%${device}` : gateway.toRFC5952String();
}

function rowsOf(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}

function isUpWithGateway(flags = ''): boolean {
  return (Number.parseInt(flags, 16) & UP_AND_GATEWAY) === UP_AND_GATEWAY;
}

function isIn(local: string, prefix: string | undefined, length = ''): boolean {
  const network = ipv6Of(prefix);
  const bits = Number.parseInt(length, 16);
  return network !== null && bits <= 128 && ipaddr.IPv6.parse(local).match(network, bits);
}

function ipv6Of(hex = ''): ipaddr.IPv6 | null {
  return /^[\da-f]{32}$/i.test(hex) ? new ipaddr.IPv6([...Buffer.from(hex, 'hex')]) : null;
}
