/** The report of a detection that ends before a packet could be sent. */
import { undetermined } from '../behavior.ts';
import type { ServerIdentity } from '../evidence.ts';
import { undeterminedPorts } from '../ports/port-pattern.ts';
import type { Reason } from '../reason.ts';
import { DETECT_SCHEMA, type DetectReport } from '../report.ts';

export function unreachableReport(
  reason: Reason,
  elapsedMs: number,
  server: ServerIdentity | null = null,
): DetectReport {
  return {
    schema: DETECT_SCHEMA,
    verdict: { type: 'inconclusive', reason },
    mapping: undetermined(reason),
    filtering: undetermined(reason),
    allocation: { ...undeterminedPorts(reason), samples: [] },
    pooling: { behavior: 'undetermined', reason },
    local: null,
    public: null,
    server,
    elapsedMs: Math.round(elapsedMs),
    probes: [],
    rejected: [],
  };
}
