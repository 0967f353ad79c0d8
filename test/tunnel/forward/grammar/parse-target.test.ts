import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { parseExposed } from '../../../../src/tunnel/forward/grammar/parse-exposed.ts';
import { parseTarget, TEXT_MAX_CHARACTERS } from '../../../../src/tunnel/forward/grammar/parse-target.ts';
import { formatTarget, type Target } from '../../../../src/tunnel/forward/grammar/target.ts';

const FORMS =
  'write PORT, HOST:PORT or [IPv6]:PORT, with /udp behind it where it is not TCP, or a socket file as /PATH, ./PATH or unix:PATH';

const port = (host: string | null, number: number, transport: 'tcp' | 'udp' = 'tcp'): Target => ({
  ...{ kind: 'port', transport, host, port: number },
});

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a target', () => {
  it.each<[string, Target]>([
    ['22', port(null, 22)],
    ['22/tcp', port(null, 22)],
    ['51820/udp', port(null, 51820, 'udp')],
    ['65535', port(null, 65535)],
    ['localhost:5432', port('localhost', 5432)],
    ['Web.Example.:80', port('web.example', 80)],
    ['192.0.2.7:53/udp', port('192.0.2.7', 53, 'udp')],
    ['[2001:DB8:0:0::7]:22', port('2001:db8::7', 22)],
    ['[fe80::1%eth0]:22', port('fe80::1%eth0', 22)],
    ['/run/app.sock', { kind: 'unix', path: '/run/app.sock' }],
    ['/run//x/../app.sock', { kind: 'unix', path: '/run/app.sock' }],
    ['./app.sock', { kind: 'unix', path: './app.sock' }],
    ['../app.sock', { kind: 'unix', path: '../app.sock' }],
    ['unix:app.sock', { kind: 'unix', path: './app.sock' }],
    ['unix:/run/app.sock', { kind: 'unix', path: '/run/app.sock' }],
    // The end of a path is no transport.
    ['/run/udp', { kind: 'unix', path: '/run/udp' }],
  ])('%s is what it says', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
    expect(parseTarget(formatTarget(target))).toEqual(target);
  });

  it.each([
    ['', `a target is empty: ${FORMS}`],
    ['x'.repeat(301), `a target has 301 characters: it may have ${TEXT_MAX_CHARACTERS}`],
    ['ssh', "'ssh' has no port: write HOST:PORT"],
    ['192.0.2.7', "'192.0.2.7' has no port: write HOST:PORT"],
    ['[::1]', "'[::1]' has no port: write HOST:PORT"],
    ['65536', "'65536' has no valid port: ports are 1 to 65535"],
    ['8080:80', "'8080:80' has a number in place of a host: write HOST:PORT"],
    ['192.0.2.300:80', "'192.0.2.300:80' has an invalid IPv4 address"],
    ['[192.0.2.1]:80', "'[192.0.2.1]:80' has no IPv6 address in its brackets"],
    [
      '2001:db8::7:22',
      "'2001:db8::7:22' has too many colons: an IPv6 address stands in brackets, as in [2001:db8::7]:22",
    ],
    ['a b:1', "'a b:1' has an invalid host: write a name, an IPv4 address, or [IPv6]"],
    ['-oProxyCommand:1', "'-oProxyCommand:1' has an invalid host: write a name, an IPv4 address, or [IPv6]"],
    [`${'a'.repeat(254)}:1`, `'${'a'.repeat(254)}:1' has an invalid host: write a name, an IPv4 address, or [IPv6]`],
    ['53/sctp', `'53/sctp' ends in neither /udp nor /tcp: ${FORMS}`],
    ['53/UDP', `'53/UDP' ends in neither /udp nor /tcp: ${FORMS}`],
    ['22\u001b[2J', `'22\\u001b[2J' is no target: ${FORMS}`],
    ['unix:', "'unix:' names no file: write unix:PATH"],
    ['/run/', "'/run/' names no file: write unix:PATH"],
    ['/a\0b', "'/a\\u0000b' has a zero byte, which no path has"],
    [`/${'a'.repeat(103)}`, `'/${'a'.repeat(103)}' is too long for a socket file, which may have 103 bytes`],
  ])('%j is refused in words', (text, message) => {
    expect(messageOf(() => parseTarget(text))).toBe(message);
  });

  it('of any text is read or refused, and what is read is written so that it reads the same', () => {
    const piece = fc.constantFrom('22', ':', '/udp', '/tcp', '[', ']', '::1', 'web', '.', '/', 'unix:', '%', '0', '-');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        try {
          const target = parseTarget(written);
          expect(parseTarget(formatTarget(target))).toEqual(target);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what expose is given', () => {
  it('is taken in its order', () => {
    expect(parseExposed(['22', '8080', '51820/udp', 'localhost:5432']).map(formatTarget)).toEqual([
      ...['22', '8080', '51820/udp', 'localhost:5432'],
    ]);
  });

  it.each<[readonly string[], string]>([
    [[], 'name what may be reached, as in: natcheck expose 22'],
    [['0'], "'0' has no valid port: ports are 1 to 65535"],
    [['22', '22/tcp'], "'22' is given twice"],
  ])('%j is refused in words', (texts, message) => {
    expect(messageOf(() => parseExposed(texts))).toBe(message);
  });

  it('may have the same port over UDP and TCP', () => {
    expect(parseExposed(['53', '53/udp'])).toHaveLength(2);
  });
});
