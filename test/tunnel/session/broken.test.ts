/** What a callback throws: it ends the session, whose owner is told, and nothing else. */
import { expect, it } from 'vitest';
import { createPair, moveBoth, openBoth } from './pair.ts';
import { until } from './waits.ts';

const thrown = new Error('thrown by a callback');
const BROKEN = { reason: 'broken', error: thrown };
const fail = (): never => {
  throw thrown;
};

it('what the receiver of a datagram throws ends the session, and is told', async () => {
  await using pair = await createPair();
  const [near, far] = await openBoth(pair);
  far.onDatagram(fail);
  near.sendDatagram(Buffer.from('x'));
  expect(await pair.responder.closed).toEqual(BROKEN);
  expect(await pair.initiator.closed).toEqual({ reason: 'peer-left' });
  expect(far.errored).toMatchObject({ code: 'lost', message: 'a callback of this side has thrown' });
});

it('what the receiver of offers throws ends the session, and is told', async () => {
  await using pair = await createPair();
  pair.responder.onOffer(fail);
  await expect(pair.initiator.open('x')).rejects.toMatchObject({ code: 'lost' });
  expect(await pair.responder.closed).toEqual(BROKEN);
});

it('what has broken the path ends the session, and is told', async () => {
  await using pair = await createPair();
  pair.carriers.responder.lose({ reason: 'broken', error: thrown });
  expect(await pair.responder.closed).toEqual(BROKEN);
});

it('a session ends only once the path that it has moved away from is left, too', async () => {
  await using pair = await createPair();
  const carrier = pair.carriers.initiator as { -readonly [Key in keyof AsyncDisposable]: AsyncDisposable[Key] };
  const dispose = carrier[Symbol.asyncDispose];
  const leaving = Promise.withResolvers<void>();
  carrier[Symbol.asyncDispose] = async () => {
    await leaving.promise;
    await dispose();
  };
  const { carriers } = await moveBoth(pair);
  let hasEnded = false;
  const ended = pair.initiator[Symbol.asyncDispose]().then(() => {
    hasEnded = true;
  });
  await until(() => carriers.initiator.isDisposed());
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(hasEnded).toBe(false);
  leaving.resolve();
  await ended;
});

it('a path whose disposal rejects does not keep the session from ending', async () => {
  await using pair = await createPair();
  const carrier = pair.carriers.initiator as { -readonly [Key in keyof AsyncDisposable]: AsyncDisposable[Key] };
  const dispose = carrier[Symbol.asyncDispose];
  carrier[Symbol.asyncDispose] = async () => {
    carrier[Symbol.asyncDispose] = dispose;
    await dispose();
    throw thrown;
  };
  await pair.initiator.end({ reason: 'path-lost', detail: 'given up' });
  expect(await pair.initiator.closed).toEqual({ reason: 'path-lost', detail: 'given up' });
});
