/** Takes the pictures of the page in Chromium, behind a real NAT of the lab: npm run docs:page */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startServedLab } from '../../lab/docker/served-lab.ts';
import { PORT_RESTRICTED } from '../../lab/profiles.ts';
import { lacks, processIn } from '../../test/page/browsers/browser.ts';

const PROGRAM = fileURLToPath(new URL('photograph.ts', import.meta.url));
const DIR = fileURLToPath(new URL('.', import.meta.url));

const why = await lacks('chromium');
if (why !== null) throw new Error(why);
await using started = await startServedLab({
  profiles: [PORT_RESTRICTED],
  progress: (line) => void process.stderr.write(`${line}\n`),
  signal: new AbortController().signal,
});
const { lab } = started;
const target = String(await processIn(lab.nat(PORT_RESTRICTED.name).client(0)));
const words = [process.execPath, PROGRAM, `http://${lab.server.primary}:3480/`, DIR];
execFileSync('nsenter', ['--net', '--target', target, '--', ...words], { stdio: 'inherit' });
