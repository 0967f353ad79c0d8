/**
 * Joins the command line and what it uses of other packages into few files, dist/cli: Node starts them in a third of the time
 * that its 400 modules take. They are CommonJS, because a built-in module that is imported has each of its exports read, which
 * loads what hardly anybody uses (`node:http` alone takes 40 ms so, and 3 ms by `require`).
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const WIDTH = fileURLToPath(new URL('cli/render/layout/width.ts', import.meta.url));
const LAZY = /^const require = createRequire\(import\.meta\.url\);$/m;

/**
 * Has what knows of all the world's letters in the bundle, and run when a text needs it: `require` of a package is joined like an
 * import where it is the module's own, and no import runs before it is called. Others' packages measure texts by width.ts too.
 */
const letters: Plugin = {
  name: 'letters',
  enforce: 'pre',
  resolveId: (source, importer) => (source === 'string-width' && importer !== WIDTH ? '\0string-width' : null),
  load: (id) => (id === '\0string-width' ? `export { widthOf as default } from ${JSON.stringify(WIDTH)};` : null),
  transform: (code, id) => (id.includes('/cli/render/layout/') ? code.replace(LAZY, '') : null),
};

/** The package's own package.json says that its files are modules of ECMAScript; the nearest one counts. */
const commonJs: Plugin = {
  name: 'common-js',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [letters, commonJs],
  ssr: { noExternal: true, external: ['testcontainers'] },
  build: {
    ssr: 'cli/main.ts',
    outDir: 'dist/cli',
    emptyOutDir: true,
    // As tsconfig.json has it; and whoever reads a stack trace is to know the names in it.
    target: 'esnext',
    minify: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      checks: { emptyImportMeta: false },
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
