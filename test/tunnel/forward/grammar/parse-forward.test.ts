import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { parseForward, parseForwards } from '../../../../src/tunnel/forward/grammar/parse-forward.ts';
import { formatListen, formatTarget } from '../../../../src/tunnel/forward/grammar/target.ts';

const written = (text: string): readonly [listen: string, target: string] => {
  const { listen, target } = parseForward(text);
  return [formatListen(listen), formatTarget(target)];
};

describe('a forward', () => {
  it.each([
    ['8080', '127.0.0.1:8080', '8080'],
    ['51820/udp', '127.0.0.1:51820/udp', '51820/udp'],
    ['2222:22', '127.0.0.1:2222', '22'],
    ['0:22', '127.0.0.1:0', '22'],
    ['5353:53/udp', '127.0.0.1:5353/udp', '53/udp'],
    ['5353/udp:53', '127.0.0.1:5353/udp', '53/udp'],
    ['5353/udp:53/udp', '127.0.0.1:5353/udp', '53/udp'],
    ['8080:web.internal:80', '127.0.0.1:8080', 'web.internal:80'],
    ['127.0.0.1:8080:web.internal:80', '127.0.0.1:8080', 'web.internal:80'],
    ['0.0.0.0:8080:80', '0.0.0.0:8080', '80'],
    ['0.0.0.0:8080', '0.0.0.0:8080', '8080'],
    ['0.0.0.0:53/udp:53', '0.0.0.0:53/udp', '53/udp'],
    ['localhost:8080:80', '127.0.0.1:8080', '80'],
    ['[::1]:8080', '[::1]:8080', '8080'],
    ['[::]:8080:[2001:db8::7]:80', '[::]:8080', '[2001:db8::7]:80'],
    ['8080:[2001:db8::7]:80/udp', '127.0.0.1:8080/udp', '[2001:db8::7]:80/udp'],
    ['8080:/run/app.sock', '127.0.0.1:8080', '/run/app.sock'],
    ['0.0.0.0:8080:./app.sock', '0.0.0.0:8080', './app.sock'],
    ['8080/tcp:unix:app.sock', '127.0.0.1:8080', './app.sock'],
    ['./db.sock:localhost:5432', './db.sock', 'localhost:5432'],
    ['unix:db.sock:5432', './db.sock', '5432'],
    ['/tmp/a.sock:/run/b:c.sock', '/tmp/a.sock', '/run/b:c.sock'],
  ])('%s listens on %s and asks for %s', (text, listen, target) => {
    expect(written(text)).toEqual([listen, target]);
  });

  it.each([
    ['0', "'0' has no target: write 0:TARGET for any free port"],
    ['8080:0', "'8080:0' has no valid port: ports are 1 to 65535"],
    ['8080:web', "'8080:web' has a target without a port: write PORT:HOST:PORT"],
    [
      'web:80',
      "'web:80' would listen on 'web', which is no address: write an IP address of this host, or the port to listen on first, as in 80:web:80",
    ],
    [
      '::1:8080',
      "'::1:8080' has too many colons: an IPv6 address stands in brackets, as in [::1]:8080:[2001:db8::7]:80",
    ],
    [
      '8080:2001:db8::7:80',
      "'8080:2001:db8::7:80' has too many colons: an IPv6 address stands in brackets, as in [::1]:8080:[2001:db8::7]:80",
    ],
    ['53/udp:53/tcp', "'53/udp:53/tcp' listens on UDP and asks for TCP: both have to be the same"],
    ['53/udp:/run/x', "'53/udp:/run/x' joins UDP and a socket file: a socket file takes connections only"],
    ['./x:53/udp', "'./x:53/udp' joins UDP and a socket file: a socket file takes connections only"],
    ['./x', "'./x' has no target: write ./x:TARGET"],
    ['1:2:3', "'2:3' has a number in place of a host: write HOST:PORT"],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseForward(text)).toThrow(new UsageError(message));
  });

  it('of any text is read or refused', () => {
    const piece = fc.constantFrom('22', ':', '/udp', '[::1]', 'web', './', 'unix:', '0', '127.0.0.1', '[', '\0');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        try {
          const [listen, target] = written(one);
          expect(written(`${listen}:${target}`)).toEqual([listen, target]);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('several forwards', () => {
  it('are taken in their order, any free port as often as it is wanted', () => {
    expect(parseForwards(['0:22', '0:80']).map(({ target }) => formatTarget(target))).toEqual(['22', '80']);
  });

  it.each<[readonly string[], string]>([
    [[], 'name where to listen, as in: natcheck forward CODE 2222:22'],
    [['8080:80', '127.0.0.1:8080'], "'127.0.0.1:8080' is to be listened on twice: give each target a port of its own"],
  ])('%j are refused in words', (texts, message) => {
    expect(() => parseForwards(texts)).toThrow(new UsageError(message));
  });
});
