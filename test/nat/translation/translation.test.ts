/** The table of evidence and of what it says: each kind, and every doubt with its reason. */
import { describe, expect, it } from 'vitest';
import { found, undetermined } from '../../../src/nat/behavior.ts';
import type { Reason } from '../../../src/nat/reason.ts';
import { classifyTranslation, type TranslationEvidence } from '../../../src/nat/translation/translation.ts';

const ONE = ['198.51.100.1'];
const POOL = ['198.51.100.1', '198.51.100.2'];
const KEPT: TranslationEvidence = { publicAddresses: ONE, preservedPorts: 15, translatedPorts: 0, unsolicited: [] };
const reached = (...ports: readonly number[]): Partial<TranslationEvidence> => ({
  unsolicited: ports.map((port) => ({ address: '198.51.100.1', port })),
});

interface Row {
  readonly seen: Partial<TranslationEvidence>;
  readonly mapping?: ReturnType<typeof found> | ReturnType<typeof undetermined>;
  readonly obstacle?: Reason;
  readonly says: string;
}

const ROWS: readonly Row[] = [
  { mapping: found('none'), seen: {}, says: 'none' },
  { seen: { preservedPorts: 0, translatedPorts: 15 }, says: 'napt' },
  { seen: { translatedPorts: 1 }, says: 'napt' },
  { seen: { translatedPorts: 1, publicAddresses: POOL }, says: 'napt' },
  { seen: { translatedPorts: 1, ...reached(50_001, 50_002) }, says: 'napt' },
  { mapping: undetermined('server-has-one-address'), seen: { translatedPorts: 1 }, says: 'napt' },
  { seen: reached(50_001, 50_002), says: 'static' },
  { mapping: undetermined('alternate-mute'), seen: reached(50_001, 50_002), says: 'static' },
  { seen: reached(50_001), says: 'ports-preserved' },
  { seen: { publicAddresses: POOL }, says: 'dynamic' },
  { seen: { publicAddresses: POOL, ...reached(50_001, 50_002) }, says: 'dynamic' },
  { seen: { publicAddresses: POOL, preservedPorts: 8 }, says: 'dynamic' },
  { seen: { publicAddresses: POOL, preservedPorts: 7 }, says: 'too-much-loss' },
  { seen: { preservedPorts: 7 }, says: 'too-much-loss' },
  { seen: {}, says: 'ports-preserved' },
  { seen: {}, obstacle: 'response-port-refused', says: 'response-port-refused' },
  { seen: { publicAddresses: POOL }, obstacle: 'response-port-refused', says: 'dynamic' },
  { seen: {}, mapping: undetermined('server-has-one-address'), says: 'server-has-one-address' },
  { seen: {}, mapping: undetermined('deadline'), obstacle: 'response-port-refused', says: 'deadline' },
  { seen: { publicAddresses: [], preservedPorts: 0 }, mapping: undetermined('udp-silent'), says: 'udp-silent' },
];

describe('the kind of translation', () => {
  it.each(ROWS)(
    '$mapping.behavior $seen $obstacle: $says',
    ({ seen, mapping = found('endpoint-independent'), obstacle = null, says }) => {
      const { kind, reason } = classifyTranslation(mapping, { ...KEPT, ...seen }, obstacle);
      expect(reason ?? kind).toBe(says);
      expect(kind === 'undetermined').toBe(reason !== null);
    },
  );
});
