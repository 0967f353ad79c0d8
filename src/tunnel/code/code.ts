/**
 * A code: all that two sides need to meet and to know each other. It is what one of them reads out to the other, drawn here
 * without its dashes and with the number of characters:
 *
 *     1        21                     3
 *     +--------+----------------------+-------+        +--------------+
 *     | header | secret               | check |   @    | HOST[:PORT]  |
 *     +--------+----------------------+-------+        +--------------+
 *
 * The header's value is version · 4, plus 1 for a code that is good for one connection, plus 2 for one that names a server.
 * The alphabet, the place of the header and the check are the same in all versions.
 */
import { ALPHABET, checkOf } from './check.ts';
import { serverText } from './server.ts';

/** log2 of 31^21 is 104: as many bits as no computer tries, in few enough characters to read out. */
export const SECRET_CHARACTERS = 21;
export const GROUP_CHARACTERS = 5;
/** Random bytes for one secret: 27 more than it has, so that no secret is likelier than another by more than one in 2^216. */
const RANDOM_BYTES = 40;

/** The flags of a header, and the factor of its version. No version is 0, so that a first character that is missing is missed. */
const ONCE = 1;
const NAMES_SERVER = 2;
const FLAGS = 4;

export interface Code {
  readonly version: 1;
  /** Whether it is good for one connection only. */
  readonly once: boolean;
  /** The natcheck server where the two sides meet, as `HOST` or `HOST:PORT`; null where they meet at brokers. */
  readonly server: string | null;
  /** 21 random characters of ALPHABET, from which all keys come (`keysOf`). */
  readonly secret: string;
}

/** What the first character of a code says; of a newer version, only that it is one. */
export type Header = { readonly once: boolean; readonly namesServer: boolean } | 'newer';

/**
 * Makes a new code.
 * @param options.server `HOST` or `HOST:PORT` of a natcheck server, or null for brokers.
 * @param options.randomBytes cryptographically random.
 * @throws UsageError when the server is not one.
 */
export function createCode({
  server,
  once,
  randomBytes,
}: {
  readonly server: string | null;
  readonly once: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
}): Code {
  const named = server === null ? null : serverText(server);
  let rest = BigInt(`0x${Buffer.from(randomBytes(RANDOM_BYTES)).toString('hex')}`);
  let secret = '';
  for (let place = 0; place < SECRET_CHARACTERS; place++) {
    secret += ALPHABET[Number(rest % BigInt(ALPHABET.length))];
    rest /= BigInt(ALPHABET.length);
  }
  return { version: 1, once, server: named, secret };
}

/** Returns the one line that is given to the other side, such as `83nrc-pae88-n85zq-tr3xf-khd9m@stun.example.org`. */
export function formatCode({ version, once, server, secret }: Code): string {
  const header = version * FLAGS + (once ? ONCE : 0) + (server === null ? 0 : NAMES_SERVER);
  const unchecked = `${ALPHABET[header]}${secret}`;
  const characters = unchecked + checkOf({ characters: unchecked, server: server ?? '' });
  const groups = characters.match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g')) ?? [];
  return groups.join('-') + (server === null ? '' : `@${server}`);
}

/** Reads the first character of a code; null where no version has it. */
export function readHeader(characters: string): Header | null {
  const header = ALPHABET.indexOf(characters.charAt(0));
  const version = Math.trunc(header / FLAGS);
  if (version < 1) return null;
  if (version > 1) return 'newer';
  return { once: (header & ONCE) !== 0, namesServer: (header & NAMES_SERVER) !== 0 };
}
