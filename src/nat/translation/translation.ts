/**
 * The kind of address translation (RFC 2663 §4.1), told from what was seen. One address with every port kept is how a
 * NAPT begins and how a one-to-one translation behind a filter looks, so that alone is never given a name.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { Finding } from '../behavior.ts';
import { SILENT_DETECT_SOCKETS } from '../evidence.ts';
import { MIN_SAMPLES } from '../port-assignment/pattern.ts';
import type { Reason } from '../reason.ts';

export const TRANSLATION_KINDS = ['none', 'static', 'dynamic', 'napt', 'undetermined'] as const;

/**
 * `static`: the public address leads to this host, also at ports from which it has sent nothing; `dynamic`: public
 * addresses come from a pool, and ports are kept; `napt`: a public address is shared, by translated ports.
 */
export type TranslationKind =
  | { readonly kind: Exclude<(typeof TRANSLATION_KINDS)[number], 'undetermined'>; readonly reason: null }
  | { readonly kind: 'undetermined'; readonly reason: Reason };

export interface TranslationEvidence {
  /** The different addresses at which servers saw this host. */
  readonly publicAddresses: readonly string[];
  /** How many mappings have the port of their socket as their public port. */
  readonly preservedPorts: number;
  /** How many mappings have another. */
  readonly translatedPorts: number;
  /** The public endpoints at which a socket was reached that had sent to nobody. */
  readonly unsolicited: readonly Endpoint[];
}

export type Translation = TranslationKind & { readonly evidence: TranslationEvidence };

/**
 * @param mapping what the mapping test has found.
 * @param obstacle why the silent sockets could not be asked for, or null.
 */
export function classifyTranslation(
  mapping: Finding,
  evidence: TranslationEvidence,
  obstacle: Reason | null,
): TranslationKind {
  const { publicAddresses, preservedPorts, translatedPorts, unsolicited } = evidence;
  const hasPool = publicAddresses.length > 1;
  if (mapping.behavior === 'none') return { kind: 'none', reason: null };
  if (translatedPorts > 0) return { kind: 'napt', reason: null };
  if (unsolicited.length === SILENT_DETECT_SOCKETS.length && !hasPool) return { kind: 'static', reason: null };
  if (hasPool && preservedPorts >= MIN_SAMPLES) return { kind: 'dynamic', reason: null };
  const unknown = mapping.reason ?? obstacle;
  if (unknown !== null) return { kind: 'undetermined', reason: unknown };
  return { kind: 'undetermined', reason: preservedPorts < MIN_SAMPLES ? 'too-much-loss' : 'ports-preserved' };
}
