/** Whenever a lab is told to stop, it leaves no container and no network behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { describeLab } from '../provided.ts';

const PROGRAM = fileURLToPath(new URL('./interrupted-lab.ts', import.meta.url));
/** A shell's name for the end by SIGINT; Node ends with it when nothing is left to do before the signal comes again. */
const INTERRUPTED = 130;

describeLab('a lab that is interrupted', () => {
  it.for(['starting', 'started'])('when it is %s, leaves nothing behind', async (moment) => {
    const { host = '', image = '' } = inject('lab') ?? {};
    const program = spawn(process.execPath, [PROGRAM, host, image], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(program, 'exit');
    for await (const line of createInterface({ input: program.stdout })) {
      if (line === moment) program.kill('SIGINT');
    }
    const [exitCode, signal] = await ended;
    expect(signal ?? exitCode).toBeOneOf(['SIGINT', INTERRUPTED]);

    const docker = await connectDocker(host);
    const filters = JSON.stringify({ label: [`natcheck.lab.owner=${hostname()}/${program.pid}`] });
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
    expect(await docker.listNetworks({ filters })).toEqual([]);
  });
});
