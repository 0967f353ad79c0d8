/** What comes out of `natcheck pipe`, as two processes on loopback, and how each direction ends. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../../server/index.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { hashOf, startPipe, textOf } from '../pipes.ts';
import { type Pipes, startPipes, TIMEOUT_MS } from './start-pipes.ts';

const SCHEMA = JSON.parse(
  await readFile(new URL('../../../docs/schema/natcheck.tunnel-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);

let pipes: Pipes;
beforeAll(async () => {
  pipes = await startPipes();
});
afterAll(() => pipes[Symbol.asyncDispose]());

describe('natcheck pipe', { timeout: TIMEOUT_MS }, () => {
  it('carries 100 MB one way and a few bytes the other, whole', async () => {
    const [alice, bob] = pipes.both();
    await using _alice = alice;
    await using _bob = bob;
    const hash = createHash('sha256');
    const feed = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) {
        const chunk = randomBytes(1_000_000);
        hash.update(chunk);
        if (!alice.stdin.write(chunk)) await new Promise((resolve) => alice.stdin.once('drain', resolve));
      }
      alice.stdin.end();
    };
    bob.stdin.end(Buffer.from([0, 1, 2, 0xff, 0x0a]));
    const [received, few] = await Promise.all([hashOf(bob), hashOf(alice), feed()]);
    expect(received).toBe(hash.digest('hex'));
    expect(few).toBe(
      createHash('sha256')
        .update(Buffer.from([0, 1, 2, 0xff, 0x0a]))
        .digest('hex'),
    );
    expect((await alice.ended).code).toBe(0);
    expect((await bob.ended).code).toBe(0);
  });

  it('ends each direction by itself: what is asked can be answered after its end', async () => {
    const [alice, bob] = pipes.both();
    await using _alice = alice;
    await using _bob = bob;
    alice.stdin.end('question');
    const question = await textOf(bob);
    bob.stdin.end(`answer to ${question}`);
    expect(await textOf(alice)).toBe('answer to question');
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('of two empty inputs ends with 0, and says nothing on stdout', async () => {
    const [alice, bob] = pipes.both();
    for (const side of [alice, bob]) side.stdin.end();
    expect(await Promise.all([textOf(alice), textOf(bob)])).toEqual(['', '']);
    expect([(await alice.ended).code, (await bob.ended).code]).toEqual([0, 0]);
  });

  it('whose reader leaves, as head does, ends with 0 there, and says at the other end what was not confirmed', async () => {
    const [alice, bob] = pipes.both();
    await using _alice = alice;
    await using _bob = bob;
    bob.stdout.once('data', () => bob.stdout.destroy());
    const endless = setInterval(() => alice.stdin.write('y\n'.repeat(1_000)), 5);
    const [{ code, stderr }, reader] = await Promise.all([alice.ended, bob.ended]);
    clearInterval(endless);
    expect([code, reader.code]).toEqual([7, 0]);
    expect(stderr).toMatch(
      /^the other side has stopped reading: [\d,]+ bytes of yours were not confirmed, and the peer's stream broke off after 0 bytes$/m,
    );
  });

  it('with --json writes lines of its schema to stderr, and nothing else there', async () => {
    const [alice, bob] = pipes.both('--json');
    alice.stdin.end('x'.repeat(10_000));
    bob.stdin.end();
    const [{ stderr }] = await Promise.all([alice.ended, bob.ended, textOf(alice), textOf(bob)]);
    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: 'pipe-ended', outcome: 'complete', sent: 10_000, confirmed: 10_000 });
    expect(events.map(({ event }) => event)).toContain('connected');
  });

  it('through a relay that carries everything ends with 0 too, and says that it is one', async () => {
    await using relay = await startServer({
      ...{ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 },
      relay: { open: true, allowPrivate: true },
    });
    const code = formatCode(createCode({ server: `${HOST}:${relay.addresses[0]?.port}`, once: false, randomBytes }));
    const words = [code, '--rendezvous', `ws://${HOST}:${relay.httpPort}`, '--relay-only'];
    await using alice = startPipe(words);
    await using bob = startPipe(words);
    alice.stdin.end('through a relay');
    bob.stdin.end();
    expect(await textOf(bob)).toBe('through a relay');
    const { code: exit, stderr } = await alice.ended;
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain('connected to the other side through a relay, encrypted end to end\n');
  });
});
