/** What the step adds to the summary of the job. */

/** GitHub takes no summary of a step that is larger, and then shows none of it. */
const MAX_SUMMARY_BYTES = 1024 * 1024;
const CUT = '\n\n… The rest is in the artifact.\n';
const MAX_LINES = 50;

/** The text, cut after a line where it would be too large. */
export function boundedSummary(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_SUMMARY_BYTES) return text;
  const room = bytes.subarray(0, MAX_SUMMARY_BYTES - Buffer.byteLength(CUT));
  return `${room.subarray(0, room.lastIndexOf('\n')).toString()}${CUT}`;
}

/** What natcheck has said at its end, where there are no results. */
export function failureSummary(file: string, said: string): string {
  const lines = said.trimEnd().split('\n').slice(-MAX_LINES).join('\n');
  const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `### \`${file.replaceAll('`', "'")}\` could not be run\n\n${fence}text\n${lines}\n${fence}\n`;
}
