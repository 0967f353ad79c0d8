/** A box that is restarted knows nothing of the packets that it has seen. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, INBOUND_FIRST, type NatProfile, SYMMETRIC } from '../../../../lab/profiles.ts';
import { createFirewall, createUdpBlock } from '../../../../lab/sim/nat/firewall.ts';
import { A1, A2, at, B1, HOST, inside, natOf, OTHER_HOST, PUBLIC, packet } from './nat-box.ts';

describe('a NAT after a reboot', () => {
  it('has no mapping for what comes in, until the inside sends again', () => {
    const { send, receive, reboot } = natOf(FULL_CONE);
    send(0, HOST, A1);
    expect(receive(0, A1, at(HOST.port))).toEqual(inside(A1, HOST));
    reboot();
    expect(receive(0, A1, at(HOST.port))).toEqual({ kind: 'drop', why: 'no-mapping' });
    send(1, HOST, A1);
    expect(receive(1, A1, at(HOST.port))).toEqual(inside(A1, HOST));
  });

  it('gives a port that is free again to whoever asks first', () => {
    const { sourceOf, reboot } = natOf(FULL_CONE);
    expect(sourceOf(0, HOST, A1)).toEqual(at(40_000));
    expect(sourceOf(0, OTHER_HOST, A1)).not.toEqual(at(40_000));
    reboot();
    expect(sourceOf(0, OTHER_HOST, A1)).toEqual(at(40_000));
  });

  it('draws other random ports than before, each time', () => {
    const { sourceOf, reboot } = natOf(SYMMETRIC);
    const draw = () => [A1, A2, B1].map((to) => sourceOf(0, HOST, to).port);
    const first = draw();
    reboot();
    const second = draw();
    reboot();
    expect(new Set([...first, ...second, ...draw()]).size).toBe(9);
  });

  it('may pair a host with another address of its pool', () => {
    const profile: NatProfile = { ...FULL_CONE, poolSize: 2 };
    const { sourceOf, reboot } = natOf(profile, [PUBLIC, '198.51.100.2']);
    const addresses = Array.from({ length: 20 }, () => {
      reboot();
      return sourceOf(0, HOST, A1).address;
    });
    expect(new Set(addresses)).toEqual(new Set([PUBLIC, '198.51.100.2']));
  });

  it('has forgotten the packets that came early', () => {
    const { receive, sourceOf, reboot } = natOf(INBOUND_FIRST);
    receive(0, A1, at(HOST.port));
    expect(sourceOf(1, HOST, A1)).not.toEqual(at(HOST.port));
    reboot();
    expect(sourceOf(2, HOST, A1)).toEqual(at(HOST.port));
  });
});

describe('a firewall after a reboot', () => {
  it('lets in nobody until the inside sends again', () => {
    const firewall = createFirewall({ filtering: 'address-dependent', lifetimeMs: 30_000 });
    firewall.outbound(0, packet(HOST, A1));
    firewall.reboot?.();
    expect(firewall.inbound(0, packet(A1, HOST))).toEqual({ kind: 'drop', why: 'filtered' });
    firewall.outbound(1, packet(HOST, A1));
    expect(firewall.inbound(1, packet(A1, HOST)).kind).toBe('pass');
  });
});

it('a UDP block has nothing to forget', () => {
  expect(createUdpBlock().reboot).toBeUndefined();
});
