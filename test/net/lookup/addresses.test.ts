/** The lookup of a name: what answers first, and that nothing which cannot be stopped is begun toward dead name servers. */
import { expect, it } from 'vitest';
import { addressesOf } from '../../../src/net/lookup/addresses.ts';
import { SILENT, startFakeDns } from './fake-dns.ts';

const NAME = 'stun.example.org';
const A = { type: 'A', name: NAME, ttl: 1, data: '203.0.113.10' } as const;
const AAAA = { type: 'AAAA', name: NAME, ttl: 1, data: '2001:db8::10' } as const;

/** A lookup of the system that knows every name, and tells which it was asked for. */
function fakeSystem() {
  const asked: string[] = [];
  const system = async (host: string): Promise<readonly string[]> => {
    asked.push(host);
    return ['198.51.100.1'];
  };
  return { asked, system };
}

it('takes the addresses of both families from DNS, and does not ask the system', async () => {
  await using dns = await startFakeDns(({ type }) => [type === 'A' ? A : AAAA]);
  const { asked, system } = fakeSystem();
  expect(await addressesOf(NAME, { dnsServers: [dns.name], system })).toEqual([A.data, AAAA.data]);
  expect(asked).toEqual([]);
  expect(dns.asked.toSorted()).toEqual([`A ${NAME}`, `AAAA ${NAME}`]);
});

it('takes one family when there is none of the other', async () => {
  await using dns = await startFakeDns(({ type }) => (type === 'A' ? [A] : []));
  expect(await addressesOf(NAME, { dnsServers: [dns.name] })).toEqual([A.data]);
});

it('asks the system for a name that DNS does not know: it has search lists and multicast DNS', async () => {
  await using dns = await startFakeDns(() => []);
  const { asked, system } = fakeSystem();
  expect(await addressesOf('printer', { dnsServers: [dns.name], system })).toEqual(['198.51.100.1']);
  expect(asked).toEqual(['printer']);
});

it('asks the system where no name server listens, since that is known at once', async () => {
  const dns = await startFakeDns(SILENT);
  await dns[Symbol.asyncDispose]();
  const { asked, system } = fakeSystem();
  expect(await addressesOf(NAME, { dnsServers: [dns.name], system })).toEqual(['198.51.100.1']);
  expect(asked).toEqual([NAME]);
});

it('does not ask the system when the name servers are silent: that could not be stopped', async () => {
  await using dns = await startFakeDns(SILENT);
  const { asked, system } = fakeSystem();
  const abort = new AbortController();
  const lookup = addressesOf(NAME, { dnsServers: [dns.name], signal: abort.signal, system });
  await dns.hasBeenAsked(2);
  abort.abort(new Error('enough'));
  await expect(lookup).rejects.toMatchObject({ code: 'ECANCELLED' });
  expect(asked).toEqual([]);
  expect(dns.asked.toSorted()).toEqual([`A ${NAME}`, `AAAA ${NAME}`]);
});

it('keeps what one family has answered when it is given up for the other', async () => {
  await using dns = await startFakeDns(({ type }) => (type === 'A' ? [A] : null));
  const abort = new AbortController();
  const lookup = addressesOf(NAME, { dnsServers: [dns.name], signal: abort.signal });
  await dns.hasBeenAsked(3);
  abort.abort(new Error('enough'));
  expect(await lookup).toEqual([A.data]);
});

it.each(['localhost', 'LOCALHOST'])('finds %s in the hosts file, and asks nobody', async (name) => {
  await using dns = await startFakeDns(SILENT);
  const { asked, system } = fakeSystem();
  expect(await addressesOf(name, { dnsServers: [dns.name], system })).toContain('127.0.0.1');
  expect([...asked, ...dns.asked]).toEqual([]);
});

it.each(['printer.local', 'a.localhost'])('asks no name server for %s', async (name) => {
  await using dns = await startFakeDns(SILENT);
  const { asked, system } = fakeSystem();
  expect(await addressesOf(name, { dnsServers: [dns.name], system })).toEqual(['198.51.100.1']);
  expect([...asked, ...dns.asked]).toEqual([name]);
});

it('asks nobody for a name that nothing can have', async () => {
  const { asked, system } = fakeSystem();
  await expect(addressesOf('nosuch.invalid', { system })).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(asked).toEqual([]);
});
