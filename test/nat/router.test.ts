import { describe, expect, it } from 'vitest';
import { routerReport, unknownRouter } from '../../src/nat/router.ts';

const MAPPED = { mapping: 'upnp-igd', refusal: null } as const;
const SILENT = { mapping: null, wan: null, refusal: 'router-silent' } as const;
const HOME = '192.168.1.2';
const PUBLIC = '203.0.113.7';

describe('another NAT beyond the router', () => {
  it.each([
    [
      'is none when its address is the public one',
      { ...MAPPED, wan: PUBLIC },
      { local: HOME, public: PUBLIC },
      false,
      null,
    ],
    [
      'is one when its address is another',
      { ...MAPPED, wan: '203.0.113.8' },
      { local: HOME, public: PUBLIC },
      true,
      null,
    ],
    [
      'is one when its address is shared',
      { ...MAPPED, wan: '100.64.3.2' },
      { local: HOME, public: PUBLIC },
      true,
      null,
    ],
    ['is one when its address is private', { ...MAPPED, wan: '10.0.0.2' }, { local: HOME, public: null }, true, null],
    [
      'is not known without a public address',
      { ...MAPPED, wan: PUBLIC },
      { local: HOME, public: null },
      null,
      'public-unknown',
    ],
    ['is not known when no router answers', SILENT, { local: HOME, public: PUBLIC }, null, 'router-silent'],
    [
      'is known by the address of this host, without a word',
      SILENT,
      { local: '100.64.3.2', public: PUBLIC },
      true,
      'router-silent',
    ],
    [
      'is known though it maps nothing',
      { mapping: null, wan: PUBLIC, refusal: 'router-refuses' },
      { local: HOME, public: PUBLIC },
      false,
      'router-refuses',
    ],
  ] as const)('%s', (_name, told, addresses, carrierGrade, reason) => {
    const { mapping, wan } = told;
    expect(routerReport(told, addresses)).toEqual({ mapping, wan, carrierGrade, reason });
  });

  it('is not known where nothing could be asked', () => {
    expect(unknownRouter('no-nat')).toEqual({ mapping: null, wan: null, carrierGrade: null, reason: 'no-nat' });
  });
});
