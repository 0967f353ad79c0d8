/** Joins the page that `natcheck serve` shows (page) into a few static files, dist/page. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'page',
  // It works below any path of a proxy.
  base: './',
  publicDir: false,
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is written into the page that a strict Content-Security-Policy forbids.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
