/** How long a guest takes from the call that starts it to its first line, and to be removed. */
import { parseArgs } from 'node:util';
import { ensureImage, findEngine, SYMMETRIC, startLab } from '../../lab/index.ts';
import { quantile } from '../statistics/quantile.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '20' } } });

const progress = (line: string): void => console.error(line);
await using engine = await findEngine({ progress });
const image = await ensureImage(engine, { progress });
await using lab = await startLab({ engine, image, profiles: [SYMMETRIC] });
const client = lab.nat('symmetric').client(0);

const measured: Record<'started' | 'first line' | 'removed', number[]> = { started: [], 'first line': [], removed: [] };
for (let time = 0; time < Number(values.times); time++) {
  const begin = performance.now();
  const guest = await client.run({ image, argv: ['sh', '-c', 'echo up; sleep 60'] });
  measured.started.push(performance.now() - begin);
  await new Promise<void>((resolve) => guest.onLine(() => resolve()));
  measured['first line'].push(performance.now() - begin);
  const end = performance.now();
  await guest[Symbol.asyncDispose]();
  measured.removed.push(performance.now() - end);
}
for (const [what, times] of Object.entries(measured)) {
  const sorted = times.toSorted((one, other) => one - other);
  console.log(`${what}: median ${quantile(sorted, 0.5).toFixed(0)} ms, 90% ${quantile(sorted, 0.9).toFixed(0)} ms`);
}
