import { describe, expect, it } from 'vitest';
import type { DetectSocket } from '../../../src/nat/evidence.ts';
import { classifyPooling } from '../../../src/nat/port-assignment/pooling.ts';
import { createProbe, type Probe } from '../../../src/nat/probes/probe.ts';

const SERVER = { address: '203.0.113.10', port: 3478 };
const seen = (socket: DetectSocket, address: string | null): Probe => {
  const probe = createProbe({ test: 'x.y', socket, to: SERVER, change: 'none', expectedFrom: () => SERVER });
  if (address) probe.answer = { from: SERVER, mapped: { address, port: 1 }, other: null, sentAt: 0, rttMs: 1 };
  return probe;
};

describe('the pooling of public addresses', () => {
  it('is of one address when all sockets are seen at the same, be there a pool or not', () => {
    const probes = [seen('mapping', '198.51.100.1'), seen('control', '198.51.100.1'), seen('filtering', null)];
    expect(classifyPooling(probes, 'too-much-loss')).toEqual({ behavior: 'one-address', reason: null });
  });

  it('is arbitrary when two sockets, or two destinations of one, are seen at different addresses', () => {
    const sockets = [seen('mapping', '198.51.100.1'), seen('control', '198.51.100.2')];
    const destinations = [seen('mapping', '198.51.100.1'), seen('mapping', '198.51.100.2')];
    for (const probes of [sockets, destinations]) {
      expect(classifyPooling(probes, 'too-much-loss')).toEqual({ behavior: 'arbitrary', reason: null });
    }
  });

  it('is undetermined, with the reason, from one socket or none', () => {
    for (const probes of [[], [seen('mapping', '198.51.100.1'), seen('control', null)]]) {
      expect(classifyPooling(probes, 'deadline')).toEqual({ behavior: 'undetermined', reason: 'deadline' });
    }
  });
});
