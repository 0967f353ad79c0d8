/**
 * Joins each entry of the library with what it uses of other packages, so that installing natcheck installs no other package.
 * What several entries use is in dist/shared, once. The licences of the packages are in dist/licenses.md.
 */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const { exports }: Manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
/** Such as `src/ice/index`: a source, and the file in dist that is made of it. */
const entries = Object.values(exports).flatMap((to) =>
  typeof to === 'string' ? [] : [to.default.replace(/^\.\/dist\/(.+)\.js$/, '$1')],
);

export default defineConfig({
  publicDir: false,
  // Users have these themselves; what has binaries is not joined either, and is loaded by `require`.
  ssr: { noExternal: true, external: ['testcontainers', 'vitest'] },
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2024',
    minify: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      checks: { emptyImportMeta: false },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
    },
  },
});
