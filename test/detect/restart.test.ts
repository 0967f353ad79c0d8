/** A router that restarts during a detection over real sockets: all of it is measured again, on new ones. */
import { expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { type Fault, type Reply, startFakeServer } from '../net/fake-server.ts';

/** The same reply, which sees the asker at the next port. */
function moved(reply: Reply): Reply {
  const decoded = decode(reply.bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  const attributes = decoded.message.attributes.map((one) =>
    one.type === 'XOR-MAPPED-ADDRESS' ? { ...one, value: { ...one.value, port: one.value.port ^ 1 } } : one,
  );
  return { ...reply, bytes: encode({ ...decoded.message, attributes }) };
}

/** The answers of a primary to which every socket that asks for the second time has moved, so many times. */
function moving(times: number): { readonly fault: Fault; readonly askers: () => number } {
  const asked = new Map<number, number>();
  let left = times;
  const fault: Fault = (reply, { local, bytes, layout }) => {
    const request = decode(bytes);
    const isPlain = request.ok && request.message.attributes.length === 0;
    if (!isPlain || local.address !== layout.addresses[0] || local.port !== layout.port) return [reply];
    const count = (asked.get(reply.to.port) ?? 0) + 1;
    asked.set(reply.to.port, count);
    return [count > 1 && left-- > 0 ? moved(reply) : reply];
  };
  return { fault, askers: () => asked.size };
}

it('once, the verdict is that of the second measurement, whose sockets are new', async () => {
  const { fault, askers } = moving(1);
  await using server = await startFakeServer({ fault });
  const { verdict, public: seen, local } = await detect({ servers: [server.name] });
  expect(verdict).toEqual({ type: 'open', reason: null });
  expect(seen).toEqual(local);
  // The sockets for mapping, filtering and control, twice.
  expect(askers()).toBe(6);
});

it('again and again, the third measurement is the last, and says why nothing can be told', async () => {
  const { fault, askers } = moving(Number.POSITIVE_INFINITY);
  await using server = await startFakeServer({ fault });
  const { verdict, mapping, filtering, allocation } = await detect({ servers: [server.name] });
  const reason = 'router-restarted';
  expect(verdict).toEqual({ type: 'inconclusive', reason });
  expect([mapping.reason, filtering.reason, allocation.reason]).toEqual([reason, reason, reason]);
  expect(askers()).toBe(9);
});
