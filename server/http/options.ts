/** What pages of this server, and of others, may do in a browser. */
import { StartError } from '../start-error.ts';

export interface PageOptions {
  /** Whether the server shows its page, and measures the NATs of browsers; default: yes. */
  readonly page?: boolean;
  /**
   * The origins, such as `https://example.org`, whose pages may connect to this server, beside those that it has served itself;
   * left out, those of all may. What is no browser names no origin, and may connect all the same.
   */
  readonly allowOrigin?: readonly string[];
}

/** @throws StartError for what is no origin. */
export function checkOrigins({ allowOrigin = [] }: PageOptions): void {
  for (const origin of allowOrigin) {
    if (URL.parse(origin)?.origin !== origin) {
      throw new StartError('bad-origin', `${origin} is no origin: one is SCHEME://HOST[:PORT], without a path`);
    }
  }
}

/**
 * Whether a page of that origin may connect.
 * @param host the Host header of its request, which its page came from where the two agree.
 */
export function mayConnect(
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
  { allowOrigin }: PageOptions,
): boolean {
  if (allowOrigin === undefined || origin === undefined) return true;
  return allowOrigin.includes(origin) || URL.parse(origin)?.host === host;
}
