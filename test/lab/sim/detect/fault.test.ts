/** A faulty server makes a detection inconclusive at worst; it never makes it name another NAT. */
import { describe, expect, it } from 'vitest';
import { expectedVerdict } from '../../../../lab/known-behavior.ts';
import { type AccessProfile, CLASSIC_NATS } from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { SERVER_FAULTS } from '../../../../lab/sim/server/server-fault.ts';
import { seeds } from '../../../runs.ts';

const ACCESSES: readonly AccessProfile[] = [
  { kind: 'open' },
  { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 30_000 },
  { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 30_000 },
  ...CLASSIC_NATS.map((nat): AccessProfile => ({ kind: 'nat', layers: [nat] })),
];
const SEEDS = seeds(10);

const FAULTS = Object.entries(SERVER_FAULTS);
/** With these nothing may reach the client at all while TCP does: that is what `udp-blocked` says (DESIGN §2). */
const MAY_LOOK_BLOCKED: readonly string[] = ['silent', 'wrong source'];

describe.each([0, 0.1])('detection at a loss of %d each way', (loss) => {
  it.each(FAULTS)('by a server with the fault "%s" names no NAT that is not there', (fault, respond) => {
    for (const access of ACCESSES) {
      const expected = expectedVerdict(access);
      const allowed = [expected, 'inconclusive', ...(MAY_LOOK_BLOCKED.includes(fault) ? ['udp-blocked'] : [])];
      for (const seed of SEEDS) {
        const link = symmetricLink({ latencyMs: 30, jitterMs: 10, loss });
        const { verdict } = detectInSim({ access, seed, respond, link });
        expect(allowed, `${expected}, seed ${seed}`).toContain(verdict.type);
      }
    }
  });
});

describe('detection by a server that is down', () => {
  it('says that nothing answers, and does not call UDP blocked', () => {
    const link = symmetricLink({ latencyMs: 30 });
    for (const seed of SEEDS) {
      const { verdict } = detectInSim({ access: { kind: 'open' }, seed, serverState: 'down', link });
      expect(verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
    }
  });
});
