/** The accuracy that detection is held to, over random accesses and links from fixed seeds (bench/detect/accuracy.ts: more). */
import { describe, expect, it } from 'vitest';
import { judge, judgePorts, runSample, type Sample, wrongFindings } from '../../../../lab/sim/detect/accuracy.ts';
import { PORT_ASSIGNMENT_KINDS } from '../../../../src/nat/port-assignment/pattern.ts';
import { runs } from '../../../runs.ts';

const RUNS = runs(600);

/** Takes a second or two; more where many tests share a core. */
const TIMEOUT_MS = 60_000;

const run = (loss: number): readonly Sample[] =>
  Array.from({ length: RUNS }, (_, index) => runSample({ seed: index + 1, loss }));

/** What makes a failure reproducible: `node bench/detect/accuracy.ts --trace SEED`. */
const describeSample = ({ seed, expected, report: { verdict } }: Sample): string =>
  `seed ${seed}: expected ${expected}, got ${verdict.type} ${verdict.reason ?? ''}`;

const judged = (samples: readonly Sample[], as: ReturnType<typeof judge>): readonly string[] =>
  samples.filter((sample) => judge(sample) === as).map(describeSample);

/** Runs whose word on ports or pooling is judged so: `axis: seed`. */
const portsJudged = (samples: readonly Sample[], as: string): readonly string[] =>
  samples.flatMap((sample) =>
    Object.entries(judgePorts(sample) ?? {})
      .filter(([, judgement]) => judgement === as)
      .map(([axis]) => `${axis}: seed ${sample.seed}`),
  );

describe(`detection of ${RUNS} random accesses`, { timeout: TIMEOUT_MS }, () => {
  it('is right about each one without loss', () => {
    const samples = run(0);
    expect(judged(samples, 'wrong')).toEqual([]);
    expect(judged(samples, 'inconclusive')).toEqual([]);
    expect(samples.flatMap(wrongFindings)).toEqual([]);
    expect(portsJudged(samples, 'wrong')).toEqual([]);
    expect(portsJudged(samples, 'undetermined').length).toBeLessThanOrEqual(RUNS * 0.005);
    expect(new Set(samples.map(({ report }) => report.allocation.kind))).toEqual(new Set(PORT_ASSIGNMENT_KINDS));
    // The runs are worth something only if every kind of access is among them.
    expect(new Set(samples.map(({ expected }) => expected))).toEqual(
      new Set(['open', 'firewalled', 'full-cone', 'restricted', 'port-restricted', 'symmetric', 'udp-blocked']),
    );
  });

  it('is wrong about none, and inconclusive about at most 2 %, at 10 % loss each way', () => {
    const samples = run(0.1);
    expect(judged(samples, 'wrong')).toEqual([]);
    expect(judged(samples, 'inconclusive').length).toBeLessThanOrEqual(RUNS * 0.02);
    expect(samples.flatMap(wrongFindings)).toEqual([]);
    expect(portsJudged(samples, 'wrong')).toEqual([]);
    expect(portsJudged(samples, 'undetermined').length).toBeLessThanOrEqual(RUNS * 0.01);
  });
});
