/** What a whole detection says of the translation: the mappings of all its sockets, and what has come in unasked. */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';
import type { Finding } from '../behavior.ts';
import type { Probe } from '../probes/probe.ts';
import { classifyTranslation, type Translation } from './translation.ts';
import { type UnsolicitedTest, unsolicitedObstacle } from './unsolicited.ts';

/** What the detection says of the translation; `test` is null where there was nothing to ask for. */
export function translationOf({
  mapping,
  probes,
  local,
  test,
}: {
  readonly mapping: Finding;
  /** Every question that was sent. */
  readonly probes: readonly Probe[];
  readonly local: Readonly<Record<string, Endpoint>>;
  readonly test: UnsolicitedTest | null;
}): Translation {
  const seen = mappingsOf(probes, local);
  const preservedPorts = seen.filter(({ mapped, internalPort }) => mapped.port === internalPort).length;
  const evidence = {
    publicAddresses: [...new Set(seen.map(({ mapped }) => mapped.address))],
    preservedPorts,
    translatedPorts: seen.length - preservedPorts,
    unsolicited: (test?.silent ?? []).flatMap(reachedAt),
  };
  return { ...classifyTranslation(mapping, evidence, test && unsolicitedObstacle(test)), evidence };
}

interface SeenMapping {
  readonly internalPort: number;
  readonly mapped: Endpoint;
}

/** The different mappings of all sockets. */
function mappingsOf(probes: readonly Probe[], local: Readonly<Record<string, Endpoint>>): readonly SeenMapping[] {
  const seen = new Map<string, SeenMapping>();
  for (const { question, answer } of probes) {
    const internal = local[question.socket];
    if (!answer || !internal) continue;
    const { mapped } = answer;
    seen.set(`${question.socket} ${formatEndpoint(mapped)}`, { internalPort: internal.port, mapped });
  }
  return [...seen.values()];
}

/** The public endpoint at which the answer came in: at the asker's public address, at the port that was asked for. */
function reachedAt({ question: { responsePort }, answer }: Probe): readonly Endpoint[] {
  return answer && responsePort !== undefined ? [{ address: answer.mapped.address, port: responsePort }] : [];
}
