/** The kind of translation as detected through simulated NATs: what is named is true, and what cannot be told has its reason. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  CARRIER_GRADE,
  DYNAMIC,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  STATIC,
  STATIC_FILTERED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { detectInSim, type SimDetection } from '../../../../lab/sim/detect/detect.ts';
import { createNat } from '../../../../lab/sim/nat/nat.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { type Middlebox, pass } from '../../../../lab/sim/network/middlebox.ts';
import { LAB_LAYOUT, type Respond } from '../../../../lab/sim/server/stun-server.ts';
import type { BoxAccess } from '../../../../lab/sim/site/site.ts';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import type { DetectReport } from '../../../../src/nat/report.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(12);
const LINK = symmetricLink({ latencyMs: 40, jitterMs: 10 });

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });

const kindOf = ({ translation: { kind, reason } }: DetectReport): string => reason ?? kind;

/** What comes out over all seeds, each different word once. */
function outcomes(access: SimDetection['access'], options: Partial<SimDetection> = {}): readonly string[] {
  const kinds = SEEDS.map((seed) => kindOf(detectInSim({ access, seed, link: LINK, ...options })));
  return [...new Set(kinds)];
}

describe('a static translation', () => {
  it('is told by sockets that are reached without having sent', () => {
    expect(outcomes(behind(STATIC))).toEqual(['static']);
    const { translation, probes, public: seen } = detectInSim({ access: behind(STATIC), seed: 1, link: LINK });
    expect(translation).toEqual({
      kind: 'static',
      reason: null,
      evidence: {
        publicAddresses: [seen?.address],
        preservedPorts: 15,
        translatedPorts: 0,
        unsolicited: [
          { address: seen?.address, port: expect.any(Number) },
          { address: seen?.address, port: expect.any(Number) },
        ],
      },
    });
    const asked = probes.filter(({ test }) => test === 'translation.unsolicited');
    expect(asked.map(({ socket, from }) => [socket, from?.address])).toEqual([
      ['control', LAB_LAYOUT.addresses[0]],
      ['control', LAB_LAYOUT.addresses[0]],
    ]);
  });

  it.each([1, 2])(
    'is told where the first reply to silent socket %i is lost: the detection waits for the next',
    (number) => {
      let asked = 0;
      const lossy: Respond = (now, layout, arrival) => {
        // The first one that asks for a port is the control.
        const isLost = asksForPort(arrival.datagram) && asked++ === number;
        return isLost ? { kind: 'drop', why: 'malformed' } : respond(now, layout, arrival);
      };
      const report = detectInSim({
        access: behind(STATIC),
        seed: 1,
        respond: lossy,
        link: symmetricLink({ latencyMs: 40 }),
      });
      expect(kindOf(report)).toBe('static');
      // Asked after 80 ms, and again 50 ms and one and a half round trips later, with 80 ms for the answer.
      expect(report.elapsedMs).toBe(80 + 50 + 120 + 80);
    },
  );

  it('of several in a row is told as well, and not behind one that shares ports', () => {
    expect(outcomes(behind(STATIC, { ...STATIC, name: 'outer' }))).toEqual(['static']);
    expect(outcomes(behind(STATIC, PORT_RESTRICTED))).toEqual(['ports-preserved']);
    expect(outcomes(behind(PORT_RESTRICTED, STATIC))).toEqual(['ports-preserved']);
  });

  it.each([STATIC_FILTERED, { ...STATIC, name: 'static, restricted', filtering: 'address-dependent' } as const])(
    'behind the filter of $name looks like a NAPT that keeps ports, and is not named',
    (nat) => {
      expect(outcomes(behind(nat))).toEqual(['ports-preserved']);
    },
  );

  it('adds nothing to the time of a detection that does not find it', () => {
    for (const nat of [FULL_CONE, STATIC_FILTERED, PORT_RESTRICTED]) {
      const access = behind(nat);
      const deaf: Respond = (now, layout, arrival) =>
        asksForPort(arrival.datagram) ? { kind: 'drop', why: 'malformed' } : respond(now, layout, arrival);
      const [asked, unasked] = [{}, { respond: deaf }].map(
        (options) => detectInSim({ access, seed: 1, link: symmetricLink({ latencyMs: 40 }), ...options }).elapsedMs,
      );
      expect(asked, nat.name).toBe(unasked);
    }
  });
});

describe('a dynamic translation', () => {
  it('is told by several public addresses and ports that stay', () => {
    expect(outcomes(behind(DYNAMIC))).toEqual(['dynamic']);
    const { translation } = detectInSim({ access: behind(DYNAMIC), seed: 1, link: LINK });
    const { publicAddresses, ...evidence } = translation.evidence;
    expect(evidence).toEqual({ preservedPorts: 15, translatedPorts: 0, unsolicited: [] });
    expect(publicAddresses.length).toBeGreaterThan(1);
    expect(publicAddresses.length).toBeLessThanOrEqual(DYNAMIC.poolSize);
  });

  it('that pairs the host with one address looks like any other, and is not named', () => {
    expect(outcomes(behind({ ...DYNAMIC, pooling: 'paired' }))).toEqual(['ports-preserved']);
  });
});

describe('a translation of ports', () => {
  it.each(['sequential', 'random', 'block'] as const)('is told by ports that are not the same: %s', (ports) => {
    for (const pool of [{}, { poolSize: 4 }, { poolSize: 4, pooling: 'arbitrary' }] as const) {
      expect(outcomes(behind({ ...PORT_RESTRICTED, ports, ...pool }))).toEqual(['napt']);
    }
    expect(outcomes(behind({ ...SYMMETRIC, ports }))).toEqual(['napt']);
    expect(outcomes(behind({ ...PORT_RESTRICTED, ports }, STATIC))).toEqual(['napt']);
    expect(outcomes(behind(STATIC, { ...PORT_RESTRICTED, ports }))).toEqual(['napt']);
  });

  it('is told where only a second destination gets another port', () => {
    expect(outcomes(behind({ ...SYMMETRIC, ports: 'preserved' }))).toEqual(['napt']);
  });

  it('is not told where every port stays the same, at home or behind a carrier', () => {
    for (const nat of [FULL_CONE, RESTRICTED, PORT_RESTRICTED]) {
      expect(outcomes(behind(nat)), nat.name).toEqual(['ports-preserved']);
    }
    expect(outcomes(CARRIER_GRADE.access)).toEqual(['ports-preserved']);
  });

  it('has nobody asked for a port that is translated anyway', () => {
    const { probes } = detectInSim({ access: behind(SYMMETRIC), seed: 1, link: LINK });
    expect(probes.filter(({ test }) => test.startsWith('translation'))).toEqual([]);
  });

  it('is told by a server with one address, too', () => {
    const layout = { ...LAB_LAYOUT, addresses: ['203.0.113.10'] } as const;
    expect(outcomes(behind(SYMMETRIC), { layout })).toEqual(['napt']);
    expect(outcomes(behind(PORT_RESTRICTED), { layout })).toEqual(['server-has-one-address']);
  });
});

describe('no translation', () => {
  it('is told, and nobody is asked for it', () => {
    const firewall: AccessProfile = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 30_000 };
    for (const access of [{ kind: 'open' } as const, firewall]) {
      const { translation, probes } = detectInSim({ access, seed: 1, link: LINK });
      expect(translation).toMatchObject({ kind: 'none', evidence: { preservedPorts: 3, translatedPorts: 0 } });
      expect(probes.filter(({ test }) => test.startsWith('translation'))).toEqual([]);
    }
  });

  it('is not told from an unknown one where UDP is blocked', () => {
    expect(outcomes({ kind: 'udp-blocked' })).toEqual(['udp-silent']);
  });
});

describe('a mapping that an earlier socket has left', () => {
  it('for the port of one silent socket is no static translation', () => {
    const createBox: BoxAccess['createBox'] = (context) => withLeftover(createNat({ ...context, profile: FULL_CONE }));
    const access = { kind: 'box', createBox } as const;
    expect(outcomes(access)).toEqual(['ports-preserved']);
    const { translation } = detectInSim({ access, seed: 1, link: LINK });
    expect(translation.evidence.unsolicited).toHaveLength(1);
  });
});

describe('a server without RESPONSE-PORT', () => {
  it.each([
    ['says that it does not know it', 'unknown', 'response-port-refused'],
    ['answers nothing', 'silent', 'response-port-mute'],
    ['answers whoever asks', 'ignored', 'response-port-mute'],
  ] as const)('that %s leaves a static translation untold', (_name, how, reason) => {
    for (const nat of [STATIC, STATIC_FILTERED, FULL_CONE]) {
      expect(outcomes(behind(nat), { respond: withoutResponsePort(how) }), nat.name).toEqual([reason]);
    }
    expect(outcomes(behind(SYMMETRIC), { respond: withoutResponsePort(how) })).toEqual(['napt']);
  });
});

/** The first port that is asked for and has no mapping leads to the host that has sent first. */
function withLeftover(nat: Middlebox): Middlebox {
  let host: string | null = null;
  let port: number | null = null;
  return {
    outbound: (now, packet) => {
      host ??= packet.from.address;
      return nat.outbound(now, packet);
    },
    inbound: (now, packet) => {
      const passage = nat.inbound(now, packet);
      if (passage.kind === 'pass' || passage.why !== 'no-mapping' || host === null) return passage;
      port ??= packet.to.port;
      return packet.to.port === port ? pass('inside', { ...packet, to: { address: host, port } }) : passage;
    },
  };
}

function asksForPort(datagram: Uint8Array): boolean {
  const decoded = decode(datagram);
  return decoded.ok && attribute(decoded.message, 'RESPONSE-PORT') !== undefined;
}

/** The real responder, without that attribute. */
function withoutResponsePort(how: 'unknown' | 'silent' | 'ignored'): Respond {
  return (now, layout, arrival) => {
    const decoded = decode(arrival.datagram);
    if (!decoded.ok || !asksForPort(arrival.datagram)) return respond(now, layout, arrival);
    if (how === 'silent') return { kind: 'drop', why: 'malformed' };
    const { message } = decoded;
    const plain = { ...message, attributes: message.attributes.filter(({ type }) => type !== 'RESPONSE-PORT') };
    if (how === 'ignored') return respond(now, layout, { ...arrival, datagram: encode(plain) });
    const bytes = encode({
      ...message,
      class: 'error',
      attributes: [{ type: 'ERROR-CODE', value: { code: 420, reason: '' } }],
    });
    return { kind: 'reply', from: arrival.local, to: arrival.remote, bytes, redirected: false };
  };
}
