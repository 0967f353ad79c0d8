/** What the peer of a path, or somebody on the way, says to a tunnel: messages of its handshake, control, frames and datagrams. */
import type { Random } from '../../../lab/sim/network/random.ts';
import type { HandshakeOutput } from '../../../src/tunnel/handshake/contract.ts';
import { decodeControl } from '../../../src/tunnel/session/control/control-message.ts';
import { createOpen, createSeal, type Datagram } from '../../../src/tunnel/session/datagram/sealed-datagram.ts';
import { createLengths } from '../../../src/tunnel/session/native/bounded-raw.ts';
import { decodeFrame } from '../../../src/tunnel/session/stream/frames.ts';
import { mutate } from '../../stun/corpus.ts';
import { ANYONE, CODE, machineOf } from '../../tunnel/handshake/machines.ts';
import { damagedJson } from '../json.ts';
import { hold, type Target } from '../target.ts';
import { chance, text, uint32 } from '../values.ts';

const INPUTS = 50;
const KINDS = [
  'open',
  'accepted',
  'refused',
  'withdrawn',
  'done',
  'reset',
  'resume',
  'resumed',
  'stalled',
  'gone',
  'bye',
];

/** Two sides shake hands, while somebody damages, repeats and leaves out what they say, and makes up more. */
export const handshakeTarget: Target = {
  name: 'handshakes',
  weight: 2,
  run: (random, feed) => {
    const identity = chance(random, 0.5) ? CODE : ANYONE;
    const sides = [machineOf('initiator', { identity }), machineOf('responder', { identity })] as const;
    const under: { readonly to: 0 | 1; readonly bytes: Uint8Array }[] = [];
    const take = (from: 0 | 1, outputs: readonly HandshakeOutput[]): void => {
      for (const output of outputs) {
        if (output.kind === 'send') under.push({ to: from === 0 ? 1 : 0, bytes: output.bytes });
        if (output.kind === 'agreed') hold(output.agreement.peer.control === 9, 'another payload was taken');
      }
    };
    let now = 0;
    for (const side of [1, 0] as const) take(side, sides[side].handle(now, { kind: 'start' }));
    for (let count = 0; count < INPUTS; count++) {
      const known = under.length > 0 ? under[random.integer(under.length)] : undefined;
      const bytes = inputOf(random, known?.bytes);
      const to = chance(random, 0.8) && known ? known.to : (random.integer(2) as 0 | 1);
      feed(() => take(to, sides[to].handle(now, { kind: 'datagram', bytes })));
      now += random.integer(200);
      for (const side of [0, 1] as const) {
        if (sides[side].wakeAt() <= now) take(side, sides[side].handle(now, { kind: 'timeout' }));
      }
      hold(under.length <= 2 * INPUTS + 64, 'more is sent than comes');
    }
  },
};

function inputOf(random: Random, known: Uint8Array | undefined): Uint8Array {
  if (!known || chance(random, 0.1))
    return Uint8Array.of(0x10 + random.integer(6), 1, ...random.bytes(random.integer(200)));
  return chance(random, 0.4) ? known : mutate(known, random.integer);
}

const KEY = Buffer.alloc(32, 1);

export const tunnelTarget: Target = {
  name: 'what goes through a tunnel',
  weight: 5,
  run: (random, feed) => {
    const [seal, open, lengths] = [createSeal(KEY), createOpen(KEY), createLengths(1_000)];
    for (let count = 0; count < INPUTS; count++) {
      const kind = random.pick<Datagram['kind']>(['stream', 'ping', 'pong', 'control', 'renew']);
      const sealed = seal({ kind, number: uint32(random), payload: random.bytes(random.integer(20)) });
      const damaged = mutate(sealed, random.integer);
      feed(() => hold(open(damaged) === null || Buffer.compare(damaged, sealed) === 0, 'a forged datagram was taken'));
      const control = damagedJson(random, {
        ...{ kind: KINDS[random.integer(KINDS.length)], number: uint32(random), id: uint32(random) },
        ...{
          epoch: random.integer(9),
          received: uint32(random),
          request: text(random, 600),
          reason: text(random, 300),
        },
      });
      feed(() => void decodeControl(Buffer.from(control)));
      feed(() => void decodeFrame(random.bytes(random.integer(40))));
      feed(() => void lengths(random.bytes(random.integer(40))));
    }
  },
};
