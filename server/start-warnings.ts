/** What the operator of a server had better know when it starts, by its options and this host. */
import { SILENT } from './operations/log.ts';
import { openFilesMax, type Started, type StartWarning, warningsOf } from './operations/warnings.ts';
import type { ServerOptions } from './options.ts';
import { DEFAULT_RELAY_LIMITS } from './turn/decisions/limits.ts';

/** Finds what the operator had better know, and logs it. */
export function startWarnings(
  { tls, relay, metricsListen, metricsToken, log = SILENT }: ServerOptions,
  found: Pick<Started, 'served' | 'isOpenRelay'>,
): readonly StartWarning[] {
  const warnings = warningsOf({
    ...found,
    isSecure: tls !== undefined,
    relayLimits: relay ? { ...DEFAULT_RELAY_LIMITS, ...relay.limits } : null,
    openMetrics: metricsListen && metricsToken === undefined ? metricsListen.address : null,
    openFilesMax: openFilesMax(),
  });
  for (const { code, message } of warnings) log('warn', code, { message });
  return warnings;
}
