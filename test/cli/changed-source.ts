/** A process that runs a source with a change: a constant with another value, as another version has it or a test can wait for. */
import { SOURCE_MAIN } from './natcheck.ts';

export interface SourceChange {
  /** How the source's URL ends. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Returns the environment to start it in. The process fails where the source does not have the text. */
export function withChangedSource({ file, from, to }: SourceChange): Record<string, string> {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      load: (url, context, next) => {
        const loaded = next(url, context);
        if (!url.endsWith(${JSON.stringify(file)})) return loaded;
        const parts = String(loaded.source).split(${JSON.stringify(from)});
        if (parts.length !== 2) throw new Error(url + ' does not have the text once');
        return { ...loaded, source: parts.join(${JSON.stringify(to)}) };
      },
    });`;
  return {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}`,
    NATCHECK_TEST_MAIN: SOURCE_MAIN,
  };
}
