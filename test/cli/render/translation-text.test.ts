import { expect, it } from 'vitest';
import { translationText } from '../../../cli/render/translation-text.ts';
import type { TranslationEvidence, TranslationKind } from '../../../src/nat/translation/translation.ts';

const EVIDENCE: TranslationEvidence = {
  publicAddresses: ['198.51.100.1', '198.51.100.2'],
  preservedPorts: 1,
  translatedPorts: 14,
  unsolicited: [],
};

it.each<[TranslationKind, string]>([
  [{ kind: 'none', reason: null }, 'not translated'],
  [
    { kind: 'static', reason: null },
    'static: the public address leads to this host, also at ports from which it has sent nothing',
  ],
  [
    { kind: 'dynamic', reason: null },
    'dynamic: public addresses come from a pool, and every port is kept (2 addresses seen)',
  ],
  [{ kind: 'napt', reason: null }, 'NAPT: a public address is shared, by translated ports (14 of 15 mappings)'],
  [
    { kind: 'undetermined', reason: 'ports-preserved' },
    'undetermined (ports-preserved: every port is kept at one public address: most NAPTs do so while ports are free, and so does a one-to-one translation behind a filter; another host on the same port would tell)',
  ],
])('the line on the translation of %o', (kind, text) => {
  expect(translationText({ ...kind, evidence: EVIDENCE })).toBe(text);
});
