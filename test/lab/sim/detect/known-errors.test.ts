/** The errors that other detectors make, each as a run in which it would show. */
import { describe, expect, it } from 'vitest';
import { CLASSIC_NATS, FULL_CONE, type NatProfile } from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { Packet } from '../../../../lab/sim/network/packet.ts';
import { SERVER_FAULTS } from '../../../../lab/sim/server/server-fault.ts';
import { LAB_LAYOUT, type Respond } from '../../../../lab/sim/server/stun-server.ts';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import { formatEndpoint } from '../../../../src/endpoint.ts';
import { DETECT_SOCKETS, SILENT_DETECT_SOCKETS } from '../../../../src/nat/evidence.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { attribute } from '../../../../src/stun/message.ts';

const behind = (nat: NatProfile) => ({ kind: 'nat', layers: [nat] }) as const;
const LINK = symmetricLink({ latencyMs: 20, jitterMs: 2 });
const NATS = CLASSIC_NATS.map((nat) => [nat.name, nat] as const);

/** The real responder, deaf to the request of that number. */
function deafTo(number: number): Respond {
  let seen = 0;
  return (...request) => (seen++ === number ? { kind: 'drop', why: 'malformed' } : respond(...request));
}

function asksForChange(packet: Packet): boolean {
  const decoded = packet.protocol === 'udp' ? decode(packet.bytes) : null;
  return decoded?.ok === true && attribute(decoded.message, 'CHANGE-REQUEST') !== undefined;
}

describe('detection', () => {
  it('does not call a NAT symmetric because each of its sockets has another port', () => {
    const { verdict, probes } = detectInSim({ access: behind({ ...FULL_CONE, ports: 'random' }), seed: 1, link: LINK });
    const ports = new Map(probes.filter(({ mapped }) => mapped).map(({ socket, mapped }) => [socket, mapped?.port]));
    expect(new Set(ports.values()).size).toBe(DETECT_SOCKETS.length - SILENT_DETECT_SOCKETS.length);
    expect(verdict.type).toBe('full-cone');
  });

  it('does not take an error reply for a reply that passed the filter', () => {
    const respondWith = SERVER_FAULTS['errors on change'];
    for (const nat of CLASSIC_NATS) {
      const { filtering } = detectInSim({ access: behind(nat), seed: 1, link: LINK, respond: respondWith });
      expect(filtering, nat.name).toEqual({ behavior: 'undetermined', reason: 'error-replies' });
    }
  });

  it.each(NATS)('behind %s says the same whichever one request is lost', (name, nat) => {
    for (let number = 0; number < 80; number++) {
      const report = detectInSim({ access: behind(nat), seed: 1, link: LINK, respond: deafTo(number) });
      expect(report.verdict, `request ${number}`).toEqual({ type: name, reason: null });
      expect(report.allocation.kind, `request ${number}`).toBe(nat.ports);
    }
  });

  it.each(['mute alternate address', 'mute alternate port'] as const)(
    'does not call a NAT port-restricted because of a %s',
    (fault) => {
      const report = detectInSim({ access: behind(FULL_CONE), seed: 1, link: LINK, respond: SERVER_FAULTS[fault] });
      expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'alternate-mute' });
    },
  );

  it('does not believe a reply with the transaction id of no request', () => {
    const report = detectInSim({
      access: behind(FULL_CONE),
      seed: 1,
      link: LINK,
      respond: SERVER_FAULTS['wrong transaction id'],
    });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'wrong-transaction-id' });
    expect(report.public).toBeNull();
  });

  it.each(NATS)(
    'behind %s does not open the filter that it tests by other traffic of that socket while it tests it',
    (_name, nat) => {
      const sent: Packet[] = [];
      const report = detectInSim({
        access: behind(nat),
        seed: 1,
        link: LINK,
        trace: ({ event, place, packet }) => {
          if (event === 'sent' && place === 'client') sent.push(packet);
        },
      });
      const destinationsOf = (port: number) => {
        const ofSocket = sent.filter(({ from }) => from.port === port);
        const tested = ofSocket.slice(0, ofSocket.findLastIndex(asksForChange) + 1);
        return new Set(tested.map(({ to }) => formatEndpoint(to)));
      };
      // The filtering socket and the control ask for changed replies; the control asks the alternates as well.
      const askForChanges = new Set(sent.filter(asksForChange).map(({ from }) => from.port));
      const primary = formatEndpoint({ address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port });
      const filtering = [...askForChanges].map(destinationsOf).filter(({ size }) => size === 1);
      expect(filtering).toEqual([new Set([primary])]);
      expect(report.verdict.type).toBe(nat.name);
    },
  );

  it.each(NATS)('behind %s says the same in whatever order its packets come', (name, nat) => {
    const link = symmetricLink({ latencyMs: 20, jitterMs: 30, reordering: 0.5, holdMs: 60 });
    for (let seed = 1; seed <= 50; seed++) {
      expect(detectInSim({ access: behind(nat), seed, link }).verdict, `seed ${seed}`).toEqual({
        type: name,
        reason: null,
      });
    }
  });
});
