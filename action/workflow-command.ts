/** Lines by which a step talks to GitHub's runner, with all in them escaped (GitHub's "Workflow commands"). */

export interface Annotation {
  /** The path in the repository. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly title: string;
  readonly message: string;
}

/** `::error file=…,line=…::message`, on one line. */
export function errorCommand({ file, line, column, title, message }: Annotation): string {
  const properties = Object.entries({ file, line, col: column, title }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapedProperty(`${value}`)}`],
  );
  return `::error ${properties.join(',')}::${escapedData(message)}`;
}

/** Between these two lines the runner obeys nothing, whatever a program writes. */
export function unheard(token: string): { readonly begin: string; readonly end: string } {
  return { begin: `::stop-commands::${token}`, end: `::${token}::` };
}

/** Lines of `GITHUB_OUTPUT`. @param token a line that no value has. */
export function outputLines(outputs: Readonly<Record<string, string>>, token: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${token}\n${value}\n${token}\n`)
    .join('');
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
