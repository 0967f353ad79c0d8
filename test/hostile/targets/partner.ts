/** A server with a partner: what comes in the partner's name, from who has the secret and from who has not. */
import type { Random } from '../../../lab/sim/network/random.ts';
import { INNER_BYTES, LONG_INNER_BYTES, SEALED_BYTES } from '../../../server/partner/decisions/lengths.ts';
import { createPartnerLink } from '../../../server/partner/decisions/link.ts';
import { keyOf, seal } from '../../../server/partner/decisions/seal.ts';
import { handedOverReply } from '../../../server/stun/decisions/hand-over.ts';
import { decode } from '../../../src/stun/decode.ts';
import { hold, type Target } from '../target.ts';
import { chance } from '../values.ts';

const INPUTS = 60;
const SECRET = 'the secret of both of the partners';
const PORTS = { port: 3478, altPort: 3479 };
const LAYOUT = { ...PORTS, addresses: ['203.0.113.10'], partner: { address: '203.0.113.11', isUp: true } } as const;

export const partnerTarget: Target = {
  name: 'partner',
  weight: 5,
  run: (random, feed) => {
    const options = { secret: SECRET, family: 'IPv4', ports: PORTS, randomBytes: random.bytes } as const;
    const link = createPartnerLink(options);
    const honest = createPartnerLink(options);
    const sent: Uint8Array[] = [];
    let now = 0;
    const hear = (bytes: Uint8Array): void => {
      const before = sent.length;
      for (const output of link.handle(now, { kind: 'datagram', bytes })) {
        if (output.kind === 'send') sent.push(output.bytes);
        hold(output.kind !== 'transmit', 'a check to somebody who has sent nothing');
        if (output.kind !== 'reply') continue;
        const reply = handedOverReply(LAYOUT, output.handOver);
        if (typeof reply === 'string') continue;
        hold(decode(reply.bytes).ok && reply.bytes.length <= SEALED_BYTES, 'a reply that is none, or too long');
        hold(reply.to.port !== 0 && reply.to.address !== LAYOUT.partner.address, 'a reply to where none may go');
      }
      hold(sent.length - before <= 2, 'more than an answer and a hello');
    };
    for (let count = 0; count < INPUTS; count++) {
      now += random.integer(300);
      const bytes = datagram(random, { sent, honest, now });
      feed(() => hear(bytes));
    }
  },
};

interface Heard {
  /** What the server has sent. */
  readonly sent: readonly Uint8Array[];
  readonly honest: ReturnType<typeof createPartnerLink>;
  readonly now: number;
}

/** What the partner says, something that was sealed with its secret, or either of them damaged. */
function datagram(random: Random, { sent, honest, now }: Heard): Uint8Array {
  const last = sent.at(-1);
  const input =
    last && chance(random, 0.7) ? ({ kind: 'datagram', bytes: last } as const) : ({ kind: 'tick' } as const);
  const said = honest.handle(now, input).flatMap((output) => (output.kind === 'send' ? [output.bytes] : []));
  const bytes = chance(random, 0.6) ? said[0] : undefined;
  const one = bytes ?? (last && chance(random, 0.2) ? last : leaked(random, last));
  if (chance(random, 0.7)) return one;
  const damaged = one.slice(0, chance(random, 0.3) ? random.integer(one.length + 1) : one.length);
  if (damaged.length > 0) damaged[random.integer(damaged.length)] = random.integer(256);
  return damaged;
}

/** Anything at all, sealed with the secret for the process that has sent `last`. */
function leaked(random: Random, last: Uint8Array | undefined): Uint8Array {
  const from = Buffer.from(random.bytes(16)).toString('hex');
  const to = last ? Buffer.from(last).toString('hex', 2, 18) : from;
  const inner = random.bytes(chance(random, 0.5) ? INNER_BYTES : LONG_INNER_BYTES);
  inner[0] = random.integer(8);
  return seal(keyOf(SECRET, from), { from, to, counter: random.integer(2 ** 31) }, inner);
}
