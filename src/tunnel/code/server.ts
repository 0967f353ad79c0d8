/** The server's name in a code: what the user wrote, in characters that can be read out and that DNS has. */
import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { UsageError } from '../../errors.ts';
import { parseServerName } from '../../net/lookup/server-name.ts';
import { SERVER_ALPHABET } from './check.ts';

/** A host name has 253 characters (RFC 1035 §2.3.4), and a port with its colon 6. */
export const SERVER_MAX_CHARACTERS = 253 + 6;

/**
 * Returns `HOST` or `HOST:PORT` in lower case; a name in other scripts as DNS has it (RFC 5890), and an IPv6 address in
 * brackets only where a port follows, since some shells take brackets for a pattern.
 * @throws UsageError when it is not a server, or has characters that a code cannot have.
 */
export function serverText(text: string): string {
  const { host, port } = parseServerName(text);
  const name = /\P{ASCII}/u.test(host) ? domainToASCII(host) : host.toLowerCase();
  const server = port === null ? name : `${isIPv6(name) ? `[${name}]` : name}:${port}`;
  if (!isServerText(server)) throw new UsageError(`'${text}' is not the name or address of a server`);
  return server;
}

/** Whether this is what `serverText` may have returned. */
export function isServerText(text: string): boolean {
  if (text.length === 0 || text.length > SERVER_MAX_CHARACTERS) return false;
  if ([...text].some((character) => !SERVER_ALPHABET.includes(character))) return false;
  try {
    parseServerName(text);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
