/** From a relayed path to a direct one, while data flows both ways. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connect, openRelayedSide, refusalOf, type Side } from './sides.ts';

/** The numbers that have come to it. */
function numbersOf({ path }: Side): ReadonlySet<number> {
  const numbers = new Set<number>();
  path.onData((bytes) => numbers.add(Buffer.from(bytes).readUInt32BE()));
  return numbers;
}

it('no datagram is lost on the way', async () => {
  await using a = await openRelayedSide('controlling');
  await using b = await openRelayedSide('controlled');
  const heard = { a: numbersOf(a), b: numbersOf(b) };
  const connected = await connect(a, b);
  for (const event of connected) expect(event).toMatchObject({ pair: { socket: 'relay' } });

  let sent = 0;
  const send = (): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sent++);
    expect([refusalOf(a.path, bytes), refusalOf(b.path, bytes)]).toEqual([null, null]);
  };
  let isSwitched = false;
  const switched = Promise.all([a.came('pair-switched'), b.came('pair-switched')]).then((events) => {
    isSwitched = true;
    return events;
  });
  for (let count = 0; count < 200; count++) {
    send();
    await turn();
  }
  a.openGate();
  b.openGate();
  while (!isSwitched) {
    send();
    await turn();
  }
  for (const event of await switched) expect(event).toMatchObject({ pair: { socket: 'direct' } });
  for (let count = 0; count < 200; count++) {
    send();
    await turn();
  }
  while (heard.a.size < sent || heard.b.size < sent) await turn();
  expect([heard.a.size, heard.b.size]).toEqual([sent, sent]);
  expect([a.agent.selected()?.socket, b.agent.selected()?.socket]).toEqual(['direct', 'direct']);
});
