/** What the kernel can do is tried, and only what was tried is said. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Ability } from '../../../../lab/docker/doctor/abilities.ts';
import { checkKernel } from '../../../../lab/docker/doctor/kernel-checks.ts';

const ABILITY: Ability = {
  name: 'netem',
  isRequired: false,
  purpose: 'latency',
  command: 'ip link show natcheck0 >/dev/null',
  needs: { ip: 'iproute2' },
  remedy: 'sudo modprobe sch_netem',
};
const SHARED = { name: 'netem', isRequired: false, purpose: 'latency' };

const isRoot = process.getuid?.() === 0;
const trial = async (change: Partial<Ability>) =>
  (await checkKernel({ isRoot: true, isElsewhere: false, abilities: [{ ...ABILITY, ...change }] }))[0];

it('what another kernel can do is not tried on this one', async () => {
  const [check] = await checkKernel({ isRoot, isElsewhere: true, abilities: [ABILITY] });
  const found = 'the engine has the kernel of another machine';
  expect(check).toEqual({ ...SHARED, status: 'unknown', found, remedy: null });
});

describe.skipIf(!isRoot || process.platform !== 'linux')('what is tried by root', () => {
  it('is ok where its command says so, with a link to try it on', async () => {
    expect(await trial({})).toEqual({
      ...SHARED,
      status: 'ok',
      found: 'tried in a network namespace',
      remedy: null,
    });
  });

  it('is missing where its command fails, with its first line of stderr and what to do', async () => {
    expect(await trial({ command: 'echo; echo kind is unknown >&2; echo more >&2; exit 2' })).toEqual({
      ...SHARED,
      status: 'missing',
      found: 'kind is unknown',
      remedy: 'sudo modprobe sch_netem',
    });
  });

  it('is unknown where a program is not installed, with the package that has it', async () => {
    expect(await trial({ needs: { 'no-such-program': 'some-package' } })).toEqual({
      ...SHARED,
      status: 'unknown',
      found: 'no-such-program, by which it is tried, is not installed',
      remedy: 'apt-get install some-package',
    });
  });

  it("leaves the host's network as it is", async () => {
    const network = () => spawnSync('sh', ['-c', 'ip -o link; iptables-save'], { encoding: 'utf8' }).stdout;
    const before = network().replaceAll(/^#.*$/gm, '');
    await checkKernel({ isRoot: true, isElsewhere: false });
    expect(network().replaceAll(/^#.*$/gm, '')).toBe(before);
  });
});
