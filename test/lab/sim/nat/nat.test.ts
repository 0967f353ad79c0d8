/** The NAT box by itself: mapping, filtering and hairpinning, rule by rule of RFC 4787. */
import { describe, expect, it } from 'vitest';
import {
  FULL_CONE,
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { createNat } from '../../../../lab/sim/nat/nat.ts';
import type { Passage } from '../../../../lab/sim/network/middlebox.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import { A1, A2, at, B1, HOST, inside, natOf, outside, PUBLIC, packet } from './nat-box.ts';

describe('mapping (RFC 4787 §4.1)', () => {
  it('is one public endpoint for all destinations when endpoint-independent', () => {
    const { send } = natOf(FULL_CONE);
    for (const to of [A1, A2, B1]) expect(send(0, HOST, to)).toEqual(outside(at(40_000), to));
  });

  it('is one public endpoint per address when address-dependent', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, mapping: 'address-dependent' });
    expect(sourceOf(0, HOST, A1)).toEqual(at(40_000));
    expect(sourceOf(0, HOST, A2)).toEqual(at(40_000));
    expect(sourceOf(0, HOST, B1)).not.toEqual(at(40_000));
  });

  it('is one public endpoint per address and port when address-and-port-dependent', () => {
    const { sourceOf } = natOf({ ...FULL_CONE, mapping: 'address-and-port-dependent', ports: 'sequential' });
    const ports = [A1, A2, B1, A1].map((to) => sourceOf(0, HOST, to).port);
    const [first = Number.NaN] = ports;
    expect(ports).toEqual([first, first + 1, first + 2, first]);
  });

  it('keeps UDP and TCP apart', () => {
    const nat = createNat({ profile: FULL_CONE, addresses: [PUBLIC], random: createRandom(1) });
    nat.outbound(0, { protocol: 'tcp', segment: 'syn', from: HOST, to: A1 });
    expect(nat.inbound(0, packet(A1, at(40_000)))).toEqual({ kind: 'drop', why: 'no-mapping' });
  });
});

describe('filtering (RFC 4787 §5)', () => {
  const receivedBy = (profile: NatProfile): readonly Passage['kind'][] => {
    const { send, receive } = natOf(profile);
    send(0, HOST, A1);
    return [A1, A2, B1].map((from) => receive(0, from, at(40_000)).kind);
  };

  it('lets anyone in when endpoint-independent', () => {
    expect(receivedBy(FULL_CONE)).toEqual(['pass', 'pass', 'pass']);
  });

  it('lets in any port of an address that was sent to when address-dependent', () => {
    expect(receivedBy(RESTRICTED)).toEqual(['pass', 'pass', 'drop']);
  });

  it('lets in only what was sent to when address-and-port-dependent', () => {
    expect(receivedBy(PORT_RESTRICTED)).toEqual(['pass', 'drop', 'drop']);
  });

  it('is per mapping: one socket does not open the way to another', () => {
    const { send, receive, sourceOf } = natOf(RESTRICTED);
    const second = sourceOf(0, { ...HOST, port: 40_001 }, B1);
    send(0, HOST, A1);
    expect(receive(0, B1, second).kind).toBe('pass');
    expect(receive(0, B1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
  });

  it('drops what comes to a port without a mapping', () => {
    const { send, receive } = natOf(FULL_CONE);
    expect(receive(0, A1, at(40_000))).toEqual({ kind: 'drop', why: 'no-mapping' });
    send(0, HOST, A1);
    expect(receive(0, A1, at(40_001))).toEqual({ kind: 'drop', why: 'no-mapping' });
  });

  it('lets a packet in on the mapping that it is for, and on no other of the same socket', () => {
    const { sourceOf, receive } = natOf(SYMMETRIC);
    const [toA, toB] = [sourceOf(0, HOST, A1), sourceOf(0, HOST, B1)];
    expect(receive(0, A1, toA)).toEqual(inside(A1, HOST));
    expect(receive(0, B1, toB)).toEqual(inside(B1, HOST));
    expect(receive(0, A1, toB)).toEqual({ kind: 'drop', why: 'filtered' });
  });
});

describe('a packet that comes before the host has sent to its source (DESIGN §7)', () => {
  it('is forgotten at once by a NAT that drops it', () => {
    const { sourceOf, receive } = natOf(PORT_RESTRICTED);
    sourceOf(0, HOST, A1);
    receive(0, B1, at(40_000));
    expect(sourceOf(1, HOST, B1)).toEqual(at(40_000));
  });

  it('makes the later packet come from another port where it is remembered, and what is sent to others after that as well', () => {
    const { sourceOf, receive } = natOf(INBOUND_FIRST);
    sourceOf(0, HOST, A1);
    expect(receive(0, B1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    const aside = sourceOf(1, HOST, B1);
    expect(aside.port).not.toBe(40_000);
    expect(sourceOf(2, HOST, B1)).toEqual(aside);
    // Linux takes the mapping that the socket's last connection has been given; those that exist keep theirs.
    expect(sourceOf(2, HOST, A2)).toEqual(aside);
    expect(sourceOf(2, HOST, A1)).toEqual(at(40_000));
    expect(receive(3, A1, at(40_000))).toEqual(inside(A1, HOST));
    expect(receive(3, A2, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    expect(receive(3, B1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    expect(receive(3, B1, aside)).toEqual(inside(B1, HOST));
    expect(receive(3, A1, aside)).toEqual({ kind: 'drop', why: 'filtered' });
  });

  it('counts as well when there is no mapping at all yet', () => {
    const { sourceOf, receive } = natOf(INBOUND_FIRST);
    expect(receive(0, B1, at(40_000))).toEqual({ kind: 'drop', why: 'no-mapping' });
    expect(sourceOf(1, HOST, B1)).not.toEqual(at(40_000));
  });

  it('is forgotten 30 s after the last one', () => {
    const { sourceOf, receive } = natOf(INBOUND_FIRST);
    sourceOf(0, HOST, A1);
    receive(0, B1, at(40_000));
    receive(20_000, B1, at(40_000));
    expect(sourceOf(50_000, HOST, B1)).toEqual(at(40_000));
    receive(50_000, A2, at(40_000));
    expect(sourceOf(79_999, HOST, A2)).not.toEqual(at(40_000));
  });

  it('does nothing where a mapping lets it in', () => {
    const { sourceOf, receive } = natOf({ ...FULL_CONE, inboundFirst: true });
    sourceOf(0, HOST, A1);
    receive(0, B1, at(40_000));
    expect(sourceOf(1, HOST, B1)).toEqual(at(40_000));
  });
});

describe('hairpinning (RFC 4787 §6)', () => {
  const hairpin: NatProfile = { ...FULL_CONE, hairpin: true };
  const peer: Endpoint = { address: '192.168.1.11', port: 50_000 };

  it('is dropped by a NAT that has none', () => {
    const { send } = natOf(FULL_CONE);
    send(0, peer, A1);
    expect(send(0, HOST, at(50_000))).toEqual({ kind: 'drop', why: 'no-hairpin' });
  });

  it("shows the receiver the sender's external address and port (REQ-9a)", () => {
    const { send } = natOf(hairpin);
    send(0, peer, A1);
    expect(send(0, HOST, at(50_000))).toEqual(inside(at(40_000), peer));
  });

  it('passes the filter like any packet from outside, so that both sides have to send', () => {
    const { send } = natOf({ ...PORT_RESTRICTED, hairpin: true });
    send(0, peer, A1);
    expect(send(0, HOST, at(50_000))).toEqual({ kind: 'drop', why: 'filtered' });
    expect(send(0, peer, at(40_000))).toEqual(inside(at(50_000), HOST));
    expect(send(0, HOST, at(50_000))).toEqual(inside(at(40_000), peer));
  });

  it('reaches nobody at a port without a mapping', () => {
    expect(natOf(hairpin).send(0, HOST, at(50_000))).toEqual({ kind: 'drop', why: 'no-mapping' });
  });
});
