import { describe, expect, it } from 'vitest';
import { routerReport, unknownRouter } from '../../src/nat/router.ts';

const MAPPED = { mapping: 'upnp-igd', isPinhole: false, refusal: null } as const;
const SILENT = { mapping: null, isPinhole: false, wan: null, refusal: 'router-silent' } as const;
const PINHOLE = { mapping: 'pcp', isPinhole: true, wan: null, refusal: null } as const;
const IPV6_HOST = '2001:db8::2';
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
      { mapping: null, isPinhole: false, wan: PUBLIC, refusal: 'router-refuses' },
      { local: HOME, public: PUBLIC },
      false,
      'router-refuses',
    ],
    [
      'is none over IPv6 where this host is seen at its own address',
      PINHOLE,
      { local: IPV6_HOST, public: IPV6_HOST },
      false,
      null,
    ],
    [
      'is not known over IPv6 where it is seen at another, which the router itself may make of it',
      PINHOLE,
      { local: IPV6_HOST, public: '2001:db8:1::2' },
      null,
      'no-wan-address',
    ],
    [
      'is not known over IPv6 without a public address',
      PINHOLE,
      { local: IPV6_HOST, public: null },
      null,
      'public-unknown',
    ],
  ] as const)('%s', (_name, told, addresses, carrierGrade, reason) => {
    const { refusal: _, ...rest } = told;
    expect(routerReport(told, addresses)).toEqual({ ...rest, carrierGrade, reason });
  });

  it('is not known where nothing could be asked', () => {
    expect(unknownRouter('no-nat')).toEqual({
      mapping: null,
      isPinhole: false,
      wan: null,
      carrierGrade: null,
      reason: 'no-nat',
    });
  });
});
