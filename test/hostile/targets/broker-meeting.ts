/** A side that meets through brokers, and hears from them what somebody with the code says, in any order, or nobody with it. */
import { createBrokerMeeting } from '../../../src/rendezvous/broker/broker-meeting.ts';
import type { BrokerInput } from '../../../src/rendezvous/broker/input-output.ts';
import { openMessage, sealMessage } from '../../../src/rendezvous/broker/seal.ts';
import { clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { damagedJson } from '../json.ts';
import { clientMessageOf } from '../messages.ts';
import { hold, type Target } from '../target.ts';
import { chance, endpoint } from '../values.ts';

const INPUTS = 100;
/** An answer to each of three sides, and what one input leads to for its client. */
const OUTPUTS_AT_ONCE_MAX = 80;
/** Deadlines in a row that were past when they were told: a driver would turn in circles. */
const PAST_MAX = 50;

export const brokerMeetingTarget: Target = {
  name: 'broker meeting',
  weight: 4,
  run: (random, feed) => {
    const key = random.bytes(32);
    const stun = () => ({ port: 3478, altPort: 3479 });
    const sides = [0, 1, 2].map(() => createBrokerMeeting({ key, stun, randomBytes: random.bytes }));
    const passed: Uint8Array[] = [];
    let now = 1_000;
    let past = 0;
    const tell = (side: number, input: BrokerInput): void => {
      const outputs = sides[side]?.handle(now, input) ?? [];
      hold(outputs.length <= OUTPUTS_AT_ONCE_MAX, `one input leads to ${outputs.length} outputs`);
      for (const output of outputs) {
        if (output.kind === 'publish') passed.push(output.bytes);
        if (output.kind !== 'tell' || !chance(random, 0.1)) continue;
        const parsed = serverMessage.safeParse(output.message);
        hold(parsed.success, `it says what no client takes: ${JSON.stringify(output.message)}`);
      }
    };
    for (const [side, id] of ['alice', 'bob', 'carol'].entries()) {
      tell(side, { kind: 'opened', broker: 0 });
      tell(side, { kind: 'seen', socket: 'first', endpoint: endpoint(random) });
      tell(side, { kind: 'say', message: { type: 'join', version: 1, room: 'r', id } });
    }
    for (let count = 0; count < INPUTS; count++) {
      const side = random.integer(sides.length);
      feed(() => tell(side, inputOf(passed[random.integer(passed.length)] ?? new Uint8Array())));
      const until = Math.min(...sides.map((one) => one.wakeAt()));
      past = until <= now ? past + 1 : 0;
      hold(past < PAST_MAX, `it waits until ${until}, which is past at ${now}`);
      now = chance(random, 0.5) && Number.isFinite(until) ? Math.max(now, until) : now + random.pick([0, 10, 1_000]);
      for (let one = 0; one < sides.length; one++) tell(one, { kind: 'timeout' });
    }

    function inputOf(bytes: Uint8Array): BrokerInput {
      const broker = random.integer(3);
      switch (random.integer(6)) {
        case 0: {
          const message = clientMessage.safeParse(clientMessageOf(random));
          return message.success ? { kind: 'say', message: message.data } : { kind: 'timeout' };
        }
        case 1:
          return { kind: 'heard', broker, bytes: random.bytes(random.pick([0, 10, 2_048])) };
        case 2: {
          // Somebody with the code says something else.
          const text = damagedJson(random, JSON.parse(openMessage(key, bytes) ?? 'null'), 0.9);
          return { kind: 'heard', broker, bytes: sealMessage(key, text.slice(0, 8_000), random.bytes) };
        }
        case 3:
          return { kind: 'opened', broker };
        default:
          return { kind: 'heard', broker, bytes };
      }
    }
  },
};
