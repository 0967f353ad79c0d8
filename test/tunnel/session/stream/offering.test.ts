import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hearOpen, hearWithdrawn, OFFERS_MAX } from '../../../../src/tunnel/session/stream/offering.ts';
import type { StreamOffer } from '../../../../src/tunnel/tunnel.ts';
import { createPair } from '../pair.ts';
import { closeOf, textOf, until } from '../waits.ts';
import { createNotedTable } from './tables.ts';

describe('an offer', () => {
  it('that is refused fails for who has asked, with the reason made visible', async () => {
    await using pair = await createPair();
    pair.responder.onOffer((offer) => offer.refuse(`no ${offer.request}\n`));
    await expect(pair.initiator.open('target')).rejects.toMatchObject({
      name: 'StreamRefusedError',
      message: 'no target\\u000a',
    });
  });

  it('is aborted when who has asked no longer wants it, and gives a stream that is over', async () => {
    await using pair = await createPair();
    const controller = new AbortController();
    const offered = Promise.withResolvers<StreamOffer>();
    pair.responder.onOffer(offered.resolve);
    const opening = pair.initiator.open('target', controller.signal);
    const offer = await offered.promise;
    controller.abort(new Error('changed my mind'));
    await expect(opening).rejects.toThrow('changed my mind');
    await once(offer.signal, 'abort');
    const stream = offer.accept();
    await closeOf(stream);
    expect(stream.errored).toMatchObject({ code: 'reset' });
    expect(pair.responder.stats().streams).toBe(0);
  });

  it('waits for somebody to take it', async () => {
    await using pair = await createPair();
    const opening = pair.initiator.open('early');
    await until(() => pair.responder.stats().rttMs !== null);
    pair.responder.onOffer((offer) => offer.accept().end(offer.request));
    expect(await textOf(await opening)).toBe('early');
  });

  it(`is refused when ${OFFERS_MAX} others wait for an answer`, async () => {
    await using pair = await createPair();
    const openings = Array.from({ length: OFFERS_MAX + 1 }, (_, index) => pair.initiator.open(`${index}`));
    await expect(openings[OFFERS_MAX]).rejects.toMatchObject({
      name: 'StreamRefusedError',
      message: 'more than 64 streams wait for an answer',
    });
    const settled = Promise.allSettled(openings);
    await pair.initiator[Symbol.asyncDispose]();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  it('with a longer request than 512 characters is not made', async () => {
    await using pair = await createPair();
    await expect(pair.initiator.open('x'.repeat(513))).rejects.toThrow('a request has 512 characters at most');
  });

  it('is refused while 1,024 streams are open, and taken again when one has closed', async () => {
    await using pair = await createPair();
    pair.responder.onOffer((offer) => offer.accept().resume());
    const streams = [];
    while (streams.length < 1_024) {
      streams.push(...(await Promise.all(Array.from({ length: 64 }, () => pair.initiator.open('')))));
    }
    await expect(pair.initiator.open('')).rejects.toThrow('more than 1024 streams are open');
    streams[0]?.destroy();
    await until(() => pair.responder.stats().streams < 1_024);
    (await pair.initiator.open('')).destroy();
  });

  it('that is withdrawn before anybody has taken offers is not kept', () => {
    const { table } = createNotedTable(true);
    for (let number = 2; number <= 2_000; number += 2) {
      hearOpen(table, { kind: 'open', number, id: 1, request: `${number}` });
      if (number > 2) hearWithdrawn(table, number);
    }
    expect([...table.unclaimed.values()].map(({ request }) => request)).toEqual(['2']);
  });
});
