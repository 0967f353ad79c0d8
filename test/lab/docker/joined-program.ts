/** A program of the tests that runs where the sources are not: one text, with all that it imports of them. */
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** Returns the text of an ECMAScript module for `node --input-type=module -e`. @param source the URL of its source. */
export async function joinedProgram(source: URL): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(source),
      write: false,
      target: 'es2024',
      minify: true,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  return output.output[0].code;
}
