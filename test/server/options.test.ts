/** Wrong use of the server, each named before a socket is opened. */
import { describe, expect, it } from 'vitest';
import { planOf, type ServerOptions } from '../../server/options.ts';

const IP = '192.0.2.1';
const same = (address: string) => ({ bound: address, announced: address });

/** The one line that the options are refused with. */
function refusal(options: ServerOptions): string {
  try {
    planOf(options);
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  throw new Error('accepted');
}

describe('options that are refused', () => {
  it.each<[string, ServerOptions, string]>([
    ['no address', { ip: [] }, 'no-address: there is no address to listen on'],
    ['a name', { ip: ['localhost'] }, "bad-address: 'localhost' is not an IP address"],
    ['a short form', { ip: ['127.1'] }, "bad-address: '127.1' is not an IP address"],
    [
      'every address',
      { ip: ['0.0.0.0'] },
      'bad-address: 0.0.0.0 means every address: name the ones that replies are to come from',
    ],
    ['multicast', { ip: ['224.0.0.1'] }, 'bad-address: 224.0.0.1 cannot be served from: it is a multicast address'],
    ['link-local', { ip: ['fe80::1'] }, 'bad-address: fe80::1 cannot be served from: it is valid on one link only'],
    [
      'IPv4 as IPv6',
      { ip: ['::ffff:192.0.2.1'] },
      'bad-address: ::ffff:192.0.2.1 cannot be served from: it is an IPv4 address written as IPv6',
    ],
    [
      'a metrics token that no header can carry',
      { ip: [IP], metricsToken: 'one two' },
      'bad-token: the metrics token must have printable ASCII characters only, and no spaces',
    ],
    ['no metrics token', { ip: [IP], metricsToken: '' }, 'bad-token: the metrics token must have 1 to 256 characters'],
    ['no peer', { ip: [IP], limits: { peersPerSource: 0 } }, 'bad-limit: peersPerSource is 0: it must be 1 or more'],
    ['one twice', { ip: [IP, IP] }, 'duplicate-address: 192.0.2.1 is given twice'],
    [
      'one twice, written in two ways',
      { ip: ['2001:DB8:0::1', '2001:db8::1'] },
      'duplicate-address: 2001:db8::1 is given twice',
    ],
    [
      'half a worker',
      { ip: [IP], workers: 0.5 },
      'bad-workers: workers is 0.5: it must be from 0, for none beside the first process, to 64',
    ],
    [
      'too many workers',
      { ip: [IP], workers: 65 },
      'bad-workers: workers is 65: it must be from 0, for none beside the first process, to 64',
    ],
    [
      'three of a family',
      { ip: [IP, '192.0.2.2', '2001:db8::1', '192.0.2.3'] },
      'too-many-addresses: 192.0.2.3 is one IPv4 address too many: at most 2 are used',
    ],
    [
      'one port for both',
      { ip: [IP], port: 3479 },
      'same-ports: port and alt-port are both 3479: to change the port takes two different ones',
    ],
    [
      'a port too high',
      { ip: [IP], httpPort: 65536 },
      'bad-port: http-port is 65536: a port is from 1 to 65535, or 0 for any free one',
    ],
    [
      'half a port',
      { ip: [IP], altPort: 1.5 },
      'bad-port: alt-port is 1.5: a port is from 1 to 65535, or 0 for any free one',
    ],
    ['no software', { ip: [IP], software: '' }, 'bad-software: software must have 1 to 127 characters'],
    ['no token', { ip: [IP], authToken: '' }, 'bad-token: the token must have 1 to 256 characters'],
    ['much token', { ip: [IP], authToken: 'x'.repeat(257) }, 'bad-token: the token must have 1 to 256 characters'],
    [
      'a relay user twice',
      { ip: [IP], relay: { users: Array(2).fill({ name: 'a', password: 'b' }) } },
      "bad-relay: the relay user 'a' is given twice",
    ],
    [
      'a relay user with a colon',
      { ip: [IP], relay: { users: [{ name: 'a:b', password: 'c' }] } },
      "bad-relay: 'a:b' is not a valid name for a relay user: it must have 1 to 508 bytes and no colon",
    ],
    [
      'a relay user without a password',
      { ip: [IP], relay: { users: [{ name: 'a', password: '' }] } },
      "bad-relay: the relay user 'a' has no password",
    ],
    ['no relay secret', { ip: [IP], relay: { secret: '' } }, 'bad-relay: the relay secret is empty'],
    [
      'a relay for everybody, unsaid',
      { ip: [IP], relay: { secret: 'north' } },
      'bad-relay: without auth-token everybody who joins a room may use the relay: set auth-token, or allow that with open-relay',
    ],
    [
      'no network to relay to',
      { ip: [IP], relay: { open: true, allowPeers: ['10.0.0.0/33'] } },
      "bad-relay: '10.0.0.0/33' is not a network to relay to: it must be ADDRESS/BITS",
    ],
    [
      'relay ports the wrong way round',
      { ip: [IP], relay: { open: true, ports: { first: 50_001, last: 50_000 } } },
      'bad-relay: relay-ports is 50001-50000: it must be FIRST-LAST, from 1024 to 65535',
    ],
    [
      'relay ports of the system',
      { ip: [IP], relay: { open: true, ports: { first: 1, last: 50_000 } } },
      'bad-relay: relay-ports is 1-50000: it must be FIRST-LAST, from 1024 to 65535',
    ],
    [
      'no bandwidth',
      { ip: [IP], relay: { open: true, limits: { bytesPerSecond: 0 } } },
      'bad-relay: the relay limit bytesPerSecond is 0: it must be more than 0',
    ],
    [
      'a turns port too high',
      { ip: [IP], relay: { open: true, turnsPort: 65_536 } },
      'bad-port: turns-port is 65536: a port is from 1 to 65535, or 0 for any free one',
    ],
    [
      'no TURN URL',
      { ip: [IP], otherTurn: { urls: ['stun:a.example'], secret: 's' } },
      "bad-relay: 'stun:a.example' is not a TURN URL: it must be [REGION=]turn:HOST[:PORT][?transport=udp|tcp], or turns:",
    ],
    [
      'many TURN URLs',
      { ip: [IP], otherTurn: { urls: Array.from({ length: 65 }, (_, n) => `turn:${n}.example`), secret: 's' } },
      'bad-relay: 65 TURN URLs are given: at most 64 are allowed',
    ],
    [
      'many TURN URLs of one host',
      { ip: [IP], otherTurn: { urls: Array(17).fill('turn:a.example'), secret: 's' } },
      'bad-relay: more than 16 TURN URLs are of a.example',
    ],
    [
      'a region that cannot be told from a URL',
      { ip: [IP], region: 'eu=west' },
      "bad-relay: region is 'eu=west': it must have 1 to 32 of A-Z a-z 0-9 . _ -",
    ],
    ['much software', { ip: [IP], software: 'x'.repeat(128) }, 'bad-software: software must have 1 to 127 characters'],
  ])('%s', (_name, options, line) => {
    expect(refusal(options)).toBe(line);
  });
});

describe('options that are taken', () => {
  it('have the ports of the contract unless told others', () => {
    expect(planOf({ ip: [IP] })).toEqual({ families: [[same(IP)]], port: 3478, altPort: 3479, httpPort: 3480 });
  });

  it('are parted by family, in the order given, in the form of RFC 5952', () => {
    const ip = ['2001:DB8::00B', '192.0.2.2', '2001:db8::a', '192.0.2.1'];
    expect(planOf({ ip, software: 'natcheck' })).toMatchObject({
      families: [
        [same('192.0.2.2'), same('192.0.2.1')],
        [same('2001:db8::b'), same('2001:db8::a')],
      ],
      software: 'natcheck',
    });
  });

  it.each(['turn:a.example', 'turns:a.example:5349?transport=tcp', 'turn:192.0.2.1:3478', 'turn:[2001:db8::1]:3478'])(
    'may tell of %s',
    (url) => {
      expect(() => planOf({ ip: [IP], otherTurn: { urls: [url], secret: 's' } })).not.toThrow();
    },
  );

  it('may leave every port to the system', () => {
    expect(planOf({ ip: [IP], port: 0, altPort: 0, httpPort: 0 })).toMatchObject({ port: 0, altPort: 0, httpPort: 0 });
  });
});
