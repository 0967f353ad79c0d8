/** Writes every block and picture of the pages anew, and says which files are different now: npm run docs */
import { writeFileSync } from 'node:fs';
import { MADE, madeText, ROOT, textOf } from './files.ts';

for (const path of MADE) {
  const text = madeText(path);
  if (text === textOf(path)) continue;
  writeFileSync(ROOT + path, text);
  process.stdout.write(`${path} is different now\n`);
}
