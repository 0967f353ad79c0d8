/** Pairs of NATs in the tests of somebody's project, as its runner runs them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { notInGate } from '../../runs.ts';
import { describeLab } from '../docker/provided.ts';
import { createTestProject } from './project.ts';

const CONFIG = `
export default { test: { globalSetup: ['natcheck/vitest/setup'] } };
`;

const asksTheServer = (profile: string): string => `
import { ${profile} } from 'natcheck/lab';
import { describeNatPairs } from 'natcheck/vitest';
import { expect, inject, it } from 'vitest';

describeNatPairs([${profile}], (pair) => {
  it('is behind two NATs of one lab ' + pair.expected.outcome, async () => {
    expect(inject('natcheckLab').host).toBe(process.env.DOCKER_HOST);
    for (const site of [pair.a, pair.b]) {
      const { exitCode } = await site.client(0).exec(['ping', '-c', '1', pair.lab.server.primary]);
      expect(exitCode).toBe(0);
    }
    expect(pair.a.publicAddress).not.toBe(pair.b.publicAddress);
  });
});
`;

/** As on the page about the lab. */
const BY_NODE = `
import assert from 'node:assert';
import { after, before, describe, it } from 'node:test';
import { ensureImage, findEngine, labProfiles, natPairs, SYMMETRIC, startLab } from 'natcheck/lab';

let lab;
before(async () => {
  const engine = await findEngine();
  lab = await startLab({ addressing: 'free', engine, image: await ensureImage(engine), profiles: labProfiles([SYMMETRIC]) });
});
after(() => lab[Symbol.asyncDispose]());

for (const { name, expected, sitesIn } of natPairs([SYMMETRIC])) {
  describe(name, () => {
    it('ends ' + expected.outcome, async () => {
      const { a, b } = sitesIn(lab);
      assert.equal((await a.client(0).exec(['ping', '-c', '1', b.publicAddress])).exitCode, 0);
    });
  });
}
`;

describeLab('in a project that has natcheck installed', () => {
  const env = { DOCKER_HOST: inject('lab')?.host ?? '' };

  it('vitest has a suite for each pair, and its files share the engine and the image', async () => {
    using project = await createTestProject({
      'package.json': '{ "type": "module" }',
      'vitest.config.js': CONFIG,
      'full-cone.test.js': asksTheServer('FULL_CONE'),
      'symmetric.test.js': asksTheServer('SYMMETRIC'),
    });
    const argv = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--outputFile=report.json'];
    const { code, stdout, stderr } = await project.run(argv, env);
    expect(code, `${stdout}${stderr}`).toBe(0);
    const { testResults } = JSON.parse(readFileSync(join(project.dir, 'report.json'), 'utf8'));
    const tests = testResults.flatMap(({ assertionResults }: Report) => assertionResults);
    expect(tests.map(({ fullName, status }: Assertion) => `${status}: ${fullName}`).toSorted()).toEqual([
      'passed: behind NATs full-cone × full-cone is behind two NATs of one lab direct',
      'passed: behind NATs symmetric × symmetric is behind two NATs of one lab failed',
    ]);
  }, 120_000);

  it('node:test has them as data', async ({ skip }) => {
    notInGate(skip);
    using project = await createTestProject({ 'package.json': '{ "type": "module" }', 'pairs.test.js': BY_NODE });
    const { code, stdout, stderr } = await project.run(['--test', '--test-reporter=tap'], env);
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toContain('# Subtest: symmetric × symmetric\n');
    expect(stdout).toMatch(/ok 1 - ends \S+\n/);
    expect(stdout).toContain('# fail 0\n');
  }, 120_000);
});

interface Report {
  readonly assertionResults: readonly Assertion[];
}

interface Assertion {
  readonly fullName: string;
  readonly status: string;
}
