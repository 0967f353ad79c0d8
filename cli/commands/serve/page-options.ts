/** `--no-page` and `--allow-origin`: what pages in browsers have of `natcheck serve`. */
import type { ServerOptions } from '../../../server/index.ts';

export const PAGE_OPTIONS = {
  page: {
    type: 'boolean',
    default: true,
    describe: 'Show a page at / that tells visitors what NAT their browser is behind; --no-page leaves it out',
  },
  'allow-origin': {
    type: 'string',
    array: true,
    describe: 'Origin whose pages may connect, as https://HOST[:PORT], and no others but this page; can be repeated',
  },
} as const;

export function pageOptions({
  page,
  'allow-origin': allowOrigin,
}: {
  readonly page: boolean;
  readonly 'allow-origin': string[] | undefined;
}): Pick<ServerOptions, 'page' | 'allowOrigin'> {
  return { page, ...(allowOrigin && { allowOrigin }) };
}
