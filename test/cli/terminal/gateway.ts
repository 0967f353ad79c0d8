/**
 * Loaded before natcheck, it makes loopback a private network whose router is at NATCHECK_TEST_GATEWAY, so that a test
 * can be that router.
 */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import ipaddr from 'ipaddr.js';

const { readFile } = promises;
const { range } = ipaddr.IPv4.prototype;
const gateway = (process.env.NATCHECK_TEST_GATEWAY ?? '').split('.').map(Number);
const hex = Buffer.from(gateway).reverse().toString('hex').toUpperCase();
const table = `Iface\tDestination\tGateway\nlo\t00000000\t${hex}\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`;

ipaddr.IPv4.prototype.range = function () {
  const name = range.call(this);
  return name === 'loopback' ? 'private' : name;
};
promises.readFile = ((path: string, ...rest: readonly never[]) =>
  path === '/proc/net/route' ? Promise.resolve(table) : readFile(path, ...rest)) as typeof readFile;
syncBuiltinESMExports();
