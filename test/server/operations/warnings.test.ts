/** What is said at the start of a server that starts all the same. */
import { expect, it } from 'vitest';
import { openFilesMax, type Started, warningsOf } from '../../../server/operations/warnings.ts';

const served = (...addresses: readonly string[]) => addresses.map((one) => ({ bound: one, announced: one }));

const WELL: Started = {
  served: served('203.0.113.10'),
  isSecure: true,
  isOpenRelay: false,
  relayLimits: null,
  openMetrics: null,
  openFilesMax: null,
};
const RELAY = { allocations: 1_000, connections: 2_000 };
const codes = (started: Partial<Started>) => warningsOf({ ...WELL, ...started }).map(({ code }) => code);

it.each<[string, Partial<Started>, string[]]>([
  ['nothing is wrong', {}, []],
  ['there is no TLS', { isSecure: false }, ['no-tls']],
  ['there is none on loopback', { isSecure: false, served: served('127.0.0.1', '::1') }, []],
  [
    'there is none on one of two addresses',
    { isSecure: false, served: served('127.0.0.1', '203.0.113.1') },
    ['no-tls'],
  ],
  ['an address is private', { served: served('10.0.0.1') }, ['private-address']],
  ['it is private and public', { served: [{ bound: '10.0.0.1', announced: '203.0.113.1' }] }, []],
  ['strangers may use the relay', { isOpenRelay: true }, ['open-relay']],
  ['they may on loopback', { isOpenRelay: true, served: served('127.0.0.1') }, []],
  ['everybody may read the metrics', { openMetrics: '10.0.0.1' }, ['open-metrics']],
  ['this host may read the metrics', { openMetrics: '127.0.0.1' }, []],
  ['there are files enough', { openFilesMax: 16_448 }, []],
  ['there is one file too few', { openFilesMax: 16_447 }, ['few-files']],
  ['there are enough for a relay', { openFilesMax: 19_448, relayLimits: RELAY }, []],
  ['there is one too few for a relay', { openFilesMax: 19_447, relayLimits: RELAY }, ['few-files']],
  [
    'all of it is so',
    { isSecure: false, isOpenRelay: true, openMetrics: '10.0.0.1', openFilesMax: 1_024 },
    ['open-relay', 'no-tls', 'open-metrics', 'few-files'],
  ],
])('%s', (_, started, expected) => {
  expect(codes(started)).toEqual(expected);
});

it('says how many files are needed', () => {
  expect(warningsOf({ ...WELL, openFilesMax: 1_024 })[0]?.message).toBe(
    'only 1024 files and sockets may be open at once, and the limits of this server allow 16448: raise ulimit -n (LimitNOFILE of systemd)',
  );
});

it.runIf(process.platform === 'linux')('reads the limit of this process', () => {
  expect(openFilesMax()).toBeGreaterThan(0);
});
