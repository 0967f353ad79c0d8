/** Joins the page that `natcheck serve` shows (page) into a few static files, dist/page. */
import { defineConfig, type Plugin } from 'vite';

/** The page reads messages by its schemas: it shows nobody what zod says of a wrong one, and writes no JSON schema. */
const READS_ONLY: Plugin = {
  name: 'reads-only',
  transform: (code, id) => {
    if (id.endsWith('zod/v4/locales/en.js')) return "export default () => ({ localeError: () => 'invalid' });";
    if (!/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/.test(id)) return null;
    const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
    return names.map((name) => `export const ${name} = () => undefined;`).join('\n');
  },
};

/** The one part that is loaded later needs no style or script before it, so that Vite's loader of these has nothing to do. */
const LOADS_PLAINLY: Plugin = {
  name: 'loads-plainly',
  transform: (_, id) =>
    id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : null,
};

export default defineConfig({
  root: 'page',
  plugins: [READS_ONLY, LOADS_PLAINLY],
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
    license: { fileName: 'licenses.md' },
  },
});
