import { expect, it } from 'vitest';
import type { ExecResult, LabContainer } from '../../../../lab/docker/container/container.ts';
import { punchedSide, punchWithNatcheck } from '../../../../lab/docker/matrix/natcheck-pair.ts';

const REPORT = { outcome: 'direct', reason: null, technique: 'simultaneous-open', elapsedMs: 12, probesSent: 6 };

function client(result: ExecResult) {
  const ran: string[] = [];
  const exec = async (argv: readonly string[]): Promise<ExecResult> => {
    ran.push(argv.join(' '));
    return result;
  };
  return { ran, container: { exec } as LabContainer };
}

it('two clients punch toward each other, in a room of their own and for a limited time', async () => {
  const a = client({ stdout: JSON.stringify(REPORT), stderr: 'step 1\n', exitCode: 0 });
  const b = client({ stdout: '', stderr: 'boom\n', exitCode: 70 });
  const clients = [a.container, b.container] as const;
  const sides = await punchWithNatcheck({ clients, server: '203.0.113.10', room: 'here' });
  const words = 'timeout --preserve-status --kill-after=1 45 natcheck punch --json --server 203.0.113.10 --room here';
  expect(a.ran).toEqual([`${words} --id alice --peer bob --wait 20`]);
  expect(b.ran).toEqual([`${words} --id bob --peer alice --wait 20`]);
  expect(sides).toEqual([
    { exitCode: 0, report: REPORT, stderr: 'step 1\n' },
    { exitCode: 70, report: null, stderr: 'boom\n' },
  ]);
});

it.each(['half a rep', 'null', '[]', '{"outcome":"direct"}'])(
  '%j is no report, and is kept as what it is',
  (stdout) => {
    expect(punchedSide({ stdout, stderr: '\nended', exitCode: 143 })).toEqual({
      exitCode: 143,
      report: null,
      stderr: `${stdout}\nended`,
    });
  },
);
