/** Which pages may connect to a server from a browser. */
import { describe, expect, it } from 'vitest';
import { checkOrigins, mayConnect } from '../../../server/http/options.ts';

const HOST = 'nat.example:3480';
const OWN = 'http://nat.example:3480';

describe('a page of another origin', () => {
  it.each([
    ['may connect where nothing is said of it', 'https://other.example', undefined, true],
    ['may connect where its origin is named', 'https://other.example', ['https://other.example'], true],
    ['may not connect where another origin is named', 'https://evil.example', ['https://other.example'], false],
    ['may not connect from the same host and another port', 'http://nat.example', ['https://other.example'], false],
    ['may not connect from a file', 'null', ['https://other.example'], false],
    ['may connect from this server, whatever is named', OWN, [], true],
    ['may connect where it is no browser', undefined, [], true],
  ] as const)('%s', (_, origin, allowOrigin, may) => {
    expect(mayConnect({ origin, host: HOST }, allowOrigin ? { allowOrigin } : {})).toBe(may);
  });

  it.each(['example.org', 'https://example.org/', 'https://example.org/page', '*', ''])(
    'is not named by %j',
    (origin) => {
      expect(() => checkOrigins({ allowOrigin: [origin] })).toThrow(
        `${origin} is no origin: one is SCHEME://HOST[:PORT], without a path`,
      );
    },
  );
});
