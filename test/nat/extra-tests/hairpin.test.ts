import { describe, expect, it } from 'vitest';
import { type AccessProfile, FULL_CONE, type NatProfile, PORT_RESTRICTED, RESTRICTED } from '../../../lab/profiles.ts';
import { symmetricLink } from '../../../lab/sim/network/link.ts';
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { DEPENDENCIES, undetermined } from '../../../src/nat/behavior.ts';
import { createHairpinTest, type Hairpin } from '../../../src/nat/extra-tests/hairpin.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { seeds } from '../../runs.ts';
import { hairpinInSim } from '../sim-client.ts';

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });
const LOSSY = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.1, reordering: 0.03, holdMs: 30 });
const SEEDS = seeds(50);

describe('hairpinning', () => {
  it.each([FULL_CONE, RESTRICTED, PORT_RESTRICTED])('is told behind %o', (nat) => {
    for (const hairpin of [true, false]) {
      const { result } = hairpinInSim({ access: behind({ ...nat, hairpin }) });
      expect(result).toEqual({ supported: hairpin, reason: null });
    }
  });

  it.each([FULL_CONE, PORT_RESTRICTED])('is told at a loss of 10 %% each way, too, behind %o', (nat) => {
    for (const hairpin of [true, false]) {
      const results = SEEDS.map((seed) => hairpinInSim({ access: behind({ ...nat, hairpin }), seed, link: LOSSY }));
      expect(new Set(results.map(({ result }) => result.supported))).toEqual(new Set([hairpin]));
    }
  });

  it('is heard of as soon as a packet is back, and not believed to be missing before seven rounds are', () => {
    // One round trip of 40 ms for the public endpoints; the hairpin itself takes no time here.
    expect(hairpinInSim({ access: behind({ ...FULL_CONE, hairpin: true }) }).tookMs).toBe(40);
    // Rounds every 20 ms, the first at 40 ms and the seventh at 160 ms, 110 ms for its reply, and the round after that.
    expect(hairpinInSim({ access: behind(FULL_CONE) }).tookMs).toBe(280);
  });

  it.each(DEPENDENCIES.slice(1))('with %s mapping is told where the filter lets it in', (mapping) => {
    const nat: NatProfile = { ...FULL_CONE, mapping, ports: 'random' };
    for (const hairpin of [true, false]) {
      const { result } = hairpinInSim({ access: behind({ ...nat, hairpin }) });
      expect(result).toEqual({ supported: hairpin, reason: null });
    }
  });

  it('that may be stopped by a filter is not called missing', () => {
    const nat: NatProfile = { ...PORT_RESTRICTED, mapping: 'address-and-port-dependent', ports: 'random' };
    for (const hairpin of [true, false]) {
      const { result } = hairpinInSim({ access: behind({ ...nat, hairpin }) });
      expect(result).toEqual({ supported: null, reason: 'depends-on-destination' });
    }
  });

  it('is that of the outermost of several NATs', () => {
    const [yes, no] = [true, false].map((hairpin): NatProfile => ({ ...PORT_RESTRICTED, hairpin }));
    if (!yes || !no) throw new Error('both are there');
    expect(hairpinInSim({ access: behind(no, yes) }).result.supported).toBe(true);
    expect(hairpinInSim({ access: behind(yes, no) }).result.supported).toBe(false);
  });

  it('is nothing to find out without a NAT, or where the mapping is not known', () => {
    expect(hairpinInSim({ access: { kind: 'open' } })).toEqual({
      result: { supported: null, reason: 'no-nat' },
      tookMs: 0,
    });
    const mapping = undetermined('alternate-mute');
    expect(hairpinInSim({ access: behind(FULL_CONE), mapping }).result).toEqual({
      supported: null,
      reason: 'alternate-mute',
    });
  });

  it('is not known when the server has gone, or time is up', () => {
    const silent = { access: behind(FULL_CONE), respond: () => ({ kind: 'drop', why: 'malformed' }) as const };
    expect(hairpinInSim(silent).result).toEqual({ supported: null, reason: 'no-answer' });
    expect(hairpinInSim({ ...silent, timeoutMs: 1000 })).toEqual({
      result: { supported: null, reason: 'deadline' },
      tookMs: 1000,
    });
  });
});

/** The session against a server that tells it that public endpoint; where it has sent packets by then. */
function underServerThatTells(mapped: Endpoint): { readonly result: Hairpin; readonly sentTo: ReadonlySet<string> } {
  const server = { address: '203.0.113.10', port: 3478 };
  const mapping = { behavior: 'endpoint-independent', reason: null } as const;
  const filtering = { behavior: 'endpoint-independent', reason: null } as const;
  let serial = 0;
  const session = createHairpinTest({
    server,
    mapping,
    filtering,
    timeoutMs: 5_000,
    now: 0,
    randomBytes: (length) => new Uint8Array(length).fill(++serial),
  });
  const sentTo = new Set<string>();
  for (let now = 0; ; ) {
    const output = session.poll(now);
    if (output.kind === 'done') return { result: output.result, sentTo };
    if (output.kind === 'wait') {
      now = output.until;
      session.handleTimeout(now);
    }
    if (output.kind !== 'transmit') continue;
    const { socket, to, bytes } = output;
    sentTo.add(formatEndpoint(to));
    const decoded = decode(bytes);
    if (!decoded.ok || !sameEndpoint(to, server)) continue;
    const attributes = [{ type: 'XOR-MAPPED-ADDRESS', value: mapped }] as const;
    const reply = encode({ ...decoded.message, class: 'success', attributes });
    session.handleDatagram(now, { socket, from: server, bytes: reply });
  }
}

describe('a server that lies about the public endpoint', () => {
  it.each(['127.0.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '224.0.0.251', '255.255.255.255', '0.0.0.0'])(
    'has nothing sent to %s',
    (address) => {
      const { result, sentTo } = underServerThatTells({ address, port: 53 });
      expect(result).toEqual({ supported: null, reason: 'untrusted-address' });
      expect([...sentTo]).toEqual(['203.0.113.10:3478']);
    },
  );

  it('is believed about another public one, which gets a packet of 20 bytes from each socket a round', () => {
    const { result, sentTo } = underServerThatTells({ address: '198.51.100.1', port: 53 });
    expect(result).toEqual({ supported: false, reason: null });
    expect([...sentTo]).toEqual(['203.0.113.10:3478', '198.51.100.1:53']);
  });
});
