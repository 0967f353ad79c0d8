/** The table of evidence and of what it says: each kind, and every doubt with its reason. */
import { describe, expect, it } from 'vitest';
import { type Finding, found, undetermined } from '../../../src/nat/behavior.ts';
import type { Reason } from '../../../src/nat/reason.ts';
import { classifyTranslation, type TranslationEvidence } from '../../../src/nat/translation/translation.ts';

const ONE = ['198.51.100.1'];
const POOL = ['198.51.100.1', '198.51.100.2'];
const KEPT: TranslationEvidence = { publicAddresses: ONE, preservedPorts: 15, translatedPorts: 0, unsolicited: [] };
const reached = (...ports: readonly number[]): Partial<TranslationEvidence> => ({
  unsolicited: ports.map((port) => ({ address: '198.51.100.1', port })),
});

const STABLE = found('endpoint-independent');
const ONE_ADDRESS = undetermined('server-has-one-address');

type Row = readonly [
  name: string,
  seen: Partial<TranslationEvidence>,
  says: string,
  mapping?: Finding,
  obstacle?: Reason,
];

const ROWS: readonly Row[] = [
  ['no NAT', {}, 'none', found('none')],
  ['ports that all differ', { preservedPorts: 0, translatedPorts: 15 }, 'napt'],
  ['one port that differs', { translatedPorts: 1 }, 'napt'],
  ['one port that differs, of a pool', { translatedPorts: 1, publicAddresses: POOL }, 'napt'],
  ['one port that differs, at a host that is reached', { translatedPorts: 1, ...reached(50_001, 50_002) }, 'napt'],
  ['one port that differs, by a server with one address', { translatedPorts: 1 }, 'napt', ONE_ADDRESS],
  ['both silent sockets reached', reached(50_001, 50_002), 'static'],
  ['both reached, though the mapping is not known', reached(50_001, 50_002), 'static', undetermined('alternate-mute')],
  ['one of the silent sockets reached', reached(50_001), 'ports-preserved'],
  ['several addresses', { publicAddresses: POOL }, 'dynamic'],
  ['several addresses, both reached', { publicAddresses: POOL, ...reached(50_001, 50_002) }, 'dynamic'],
  ['several addresses, of eight mappings', { publicAddresses: POOL, preservedPorts: 8 }, 'dynamic'],
  ['several addresses, of seven mappings', { publicAddresses: POOL, preservedPorts: 7 }, 'too-much-loss'],
  ['several addresses, none asked for', { publicAddresses: POOL }, 'dynamic', STABLE, 'response-port-refused'],
  ['seven mappings', { preservedPorts: 7 }, 'too-much-loss'],
  ['every port kept at one address', {}, 'ports-preserved'],
  ['every port kept, none asked for', {}, 'response-port-refused', STABLE, 'response-port-refused'],
  ['every port kept, by a server with one address', {}, 'server-has-one-address', ONE_ADDRESS],
  ['the mapping not known, none asked for', {}, 'deadline', undetermined('deadline'), 'response-port-refused'],
  ['nothing', { publicAddresses: [], preservedPorts: 0 }, 'udp-silent', undetermined('udp-silent')],
];

describe('the kind of translation', () => {
  it.for(ROWS)('by %s', ([_name, seen, says, mapping = STABLE, obstacle = null]) => {
    const { kind, reason } = classifyTranslation(mapping, { ...KEPT, ...seen }, obstacle);
    expect(reason ?? kind).toBe(says);
    expect(kind === 'undetermined').toBe(reason !== null);
  });
});
