/** The TURN servers that a punch tries: those that the user names, and those that the rendezvous names. */
import { UsageError } from '../../errors.ts';
import { TURN_URLS_TRIED_MAX } from '../../rendezvous/protocol/bounds.ts';
import type { TurnCredentials } from '../../turn/credentials.ts';
import { parseTurnUrl, type TurnUrl } from '../../turn/url.ts';

export interface TurnServerChoice {
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
  /** The IP address of the rendezvous that names the server; left out where the user names it. */
  readonly namedBy?: string;
}

export interface TurnAttempt {
  /** The URL in printable ASCII, whatever the rendezvous has said. */
  readonly url: string;
  readonly server: TurnUrl;
  readonly credentials: TurnCredentials;
  readonly namedBy: string | undefined;
}

/**
 * Returns all servers that the user names, and the first TURN_URLS_TRIED_MAX that the rendezvous names; the ones left out are
 * told.
 * @throws UsageError when a URL that the user gave is not valid.
 */
export function turnAttempts(
  servers: readonly TurnServerChoice[],
  { onNotice }: { readonly onNotice: (text: string) => void },
): readonly TurnAttempt[] {
  const all = servers.flatMap(({ urls, ...server }) => urls.map((url) => ({ ...server, url })));
  const named = all.filter(({ namedBy }) => namedBy !== undefined);
  const tried = new Set(named.slice(0, TURN_URLS_TRIED_MAX));
  if (named.length > tried.size) {
    onNotice(`the rendezvous names ${named.length} TURN URLs: the first ${tried.size} are tried`);
  }
  return all.flatMap((one) => {
    const { url, username, password, namedBy } = one;
    if (namedBy !== undefined && !tried.has(one)) return [];
    const shown = printable(url);
    const server = namedBy === undefined ? parseTurnUrl(url) : readable(url);
    if (!server) onNotice(notTried(shown, 'which is not a TURN URL'));
    return server ? [{ url: shown, server, credentials: { username, password }, namedBy }] : [];
  });
}

/** Returns the line about a URL of the rendezvous that is not tried. */
export function notTried(url: string, why: string): string {
  return `the rendezvous names ${url}, ${why}: not tried`;
}

function readable(url: string): TurnUrl | null {
  try {
    return parseTurnUrl(url);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?');
}
