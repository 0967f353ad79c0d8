/** The files of the page that browsers are shown, as `npm run build` has made them, kept in memory from the start on. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page, Pages, Visitor } from './http.ts';

/** Where they are, seen from what is built, and from the sources. */
const PLACES = ['../page', '../../dist/page'];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing of others is loaded, nobody else may frame the page, and what it shows can run nothing. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
} as const;

/** Whoever has a file whose name has a digest of it in it never asks for it again; the page itself may be another one. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** The folder of what is built; null where nothing is. */
export function builtPage(): string | null {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((one) => existsSync(join(one, 'index.html'))) ?? null;
}

/** Returns the files in a folder by their paths, the page itself at `/`. */
export function pageFiles(dir: string): Pages {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => extname(name) in CONTENT_TYPES,
  );
  return Object.fromEntries(
    names.map((name) => [name === 'index.html' ? '/' : `/${name}`, fileAt(join(dir, name), name)]),
  );
}

function fileAt(path: string, name: string): Pages[string] {
  const bytes = readFileSync(path);
  const zipped = gzipSync(bytes, { level: 9 });
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const headers = {
    ...HEADERS,
    etag,
    vary: 'accept-encoding',
    'cache-control': name === 'index.html' ? ASK_AGAIN : FOR_EVER,
  };
  const contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
  return ({ acceptEncoding = '', ifNoneMatch }: Visitor): Page => {
    if (ifNoneMatch === etag) return { status: 304, headers, contentType, body: '' };
    if (!/\bgzip\b/.test(acceptEncoding)) return { headers, contentType, body: bytes };
    return { headers: { ...headers, 'content-encoding': 'gzip' }, contentType, body: zipped };
  };
}
