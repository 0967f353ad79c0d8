/** A program that starts a lab and says so: interrupt.container.test.ts tells it to stop. Arguments: engine, image. */
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { SYMMETRIC, startLab } from '../../../../lab/index.ts';

const [host = '', image = ''] = process.argv.slice(2);
await connectDocker(host); // Before the word, so that what is interrupted is the start of the lab.
process.stdout.write('starting\n');
await using lab = await startLab({ engine: { host }, image, addressing: 'free', profiles: [SYMMETRIC] });
process.stdout.write('started\n');
await lab.server.exec(['sleep', '60'], { timeoutMs: 60_000 });
