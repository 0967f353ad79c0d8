/** The files of the page over HTTP: what a browser may do with them, and how long it may keep them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page, Pages } from '../../../server/http/http.ts';
import { pageFiles } from '../../../server/http/page-files.ts';

const HTML = '<!doctype html><title>natcheck</title>';
const VISITOR = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' };

describe('the files of the page', () => {
  let dir: string;
  let pages: Pages;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-page-'));
    await mkdir(join(dir, 'assets'));
    await writeFile(join(dir, 'index.html'), HTML);
    await writeFile(join(dir, 'assets', 'main-1a2b.js'), 'export {};');
    await writeFile(join(dir, 'assets', 'notes.txt'), 'not for the public');
    pages = pageFiles(dir);
  });
  afterAll(() => rm(dir, { recursive: true }));

  const get = async (path: string, visitor: object = {}): Promise<Page> => {
    const page = await pages[path]?.({ ...VISITOR, ...visitor });
    if (!page) throw new Error(`nothing is at ${path}`);
    return page;
  };

  it('are the page at /, and what it loads', () => {
    expect(Object.keys(pages).sort()).toEqual(['/', '/assets/main-1a2b.js']);
  });

  it('are compressed for whoever takes that', async () => {
    expect(Buffer.from((await get('/')).body).toString()).toBe(HTML);
    const zipped = await get('/', { acceptEncoding: 'br, gzip;q=0.8' });
    expect(zipped.headers?.['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).toString()).toBe(HTML);
  });

  it('are kept for ever where the name says which version it is, and else asked for again', async () => {
    expect((await get('/assets/main-1a2b.js')).headers?.['cache-control']).toBe('public, max-age=31536000, immutable');
    const page = await get('/');
    expect(page.headers?.['cache-control']).toBe('no-cache');
    const again = await get('/', { ifNoneMatch: page.headers?.etag });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('may load nothing from elsewhere, and be in no frame', async () => {
    expect((await get('/')).headers?.['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });
});
