import { expect, it } from 'vitest';
import type { Carrier } from '../../../src/tunnel/carrier.ts';
import { MESSAGE_TYPE } from '../../../src/tunnel/handshake/message.ts';
import { shakeHands } from '../../../src/tunnel/session/shake-hands.ts';
import { CODE, LIBRARY, machineOf } from '../handshake/machines.ts';

it('answers a first message that came before this side was ready', async () => {
  const [first] = machineOf('initiator').handle(0, { kind: 'start' });
  if (first?.kind !== 'send') throw new Error('nothing was sent');
  const types: (number | undefined)[] = [];
  const carrier = {
    ...{ role: 'responder', binding: Buffer.from('this path'), closed: new Promise(() => {}), rttMs: () => null },
    send: (bytes: Uint8Array) => types.push(bytes[0]) > 0,
    onDatagram: (receive: (bytes: Uint8Array) => void) => receive(first.bytes),
  } as unknown as Carrier;
  const over = new AbortController();
  const shaking = shakeHands(carrier, {
    ...{ library: LIBRARY, identity: CODE, timeoutMs: 10_000, signal: over.signal },
    payload: { instance: Buffer.alloc(16, 8), session: null, control: 9 },
  });
  over.abort(new Error('enough'));
  await expect(shaking).rejects.toThrow('enough');
  expect(types).toEqual([MESSAGE_TYPE.second]);
});
