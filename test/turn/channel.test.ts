/** Channels: for peers that answer, four bytes around their data, refreshed before ten minutes are over. */
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/stun/message.ts';
import { type Bench, dataIndication, error, KEY, only, PEER, permittedBench, type Sent, success } from './bench.ts';

const hex = ({ bytes }: Sent): string => Buffer.from(bytes).toString('hex');

/** With a channel for PEER of time 10. */
function boundBench(options: Parameters<typeof permittedBench>[0] = {}): Bench {
  const bench = permittedBench(options);
  bench.receive(10, success(only(bench.receive(10, dataIndication('hi')))));
  return bench;
}

/** The one ChannelBind among others. */
const bind = (all: readonly Sent[]): Sent => only(all.filter(({ method }) => method === 'channelBind'));

/** Keeps the permission alive as it goes; what is sent beside it. */
function pass(bench: Bench, from: number, to: number): readonly Sent[] {
  const rest: Sent[] = [];
  for (let now = from; now <= to; now += 10_000) {
    for (const sent of bench.drain(now)) {
      if (sent.method !== 'createPermission' && sent.method !== 'refresh') rest.push(sent);
      else bench.receive(now, success(sent));
    }
  }
  return rest;
}

describe('a channel', () => {
  it('is bound for the peer that answers; what it said is handed over at once', () => {
    const bench = permittedBench();
    const bind = only(bench.receive(10, dataIndication('hi')));
    expect(bench.data).toEqual(['203.0.113.102:5000 hi']);
    expect(bind.method).toBe('channelBind');
    expect(attribute(bind.message, 'CHANNEL-NUMBER')).toBe(0x4000);
    expect(attribute(bind.message, 'XOR-PEER-ADDRESS')).toEqual(PEER);
    bench.receive(20, success(bind));
    expect(bench.events.at(-1)).toEqual({ at: 20, kind: 'channel-bound', peer: PEER, channel: 0x4000 });
  });

  it('is asked for once, and Send indications do until it is confirmed', () => {
    const bench = permittedBench();
    const bind = only(bench.receive(10, dataIndication('hi')));
    expect(bench.receive(11, dataIndication('hi'))).toEqual([]);
    expect(only(bench.send(12, 'x')).method).toBe('send');
    bench.receive(13, success(bind));
    expect(hex(only(bench.send(14, 'hello')))).toBe('40000005' + '68656c6c6f');
  });

  it('pads to a multiple of four in a stream', () => {
    const bench = boundBench({ isStream: true });
    expect(hex(only(bench.send(14, 'hello')))).toBe('40000005' + '68656c6c6f' + '000000');
  });

  it('brings the data of its peer, also before the server has confirmed it', () => {
    const bench = permittedBench();
    bench.receive(10, dataIndication('hi'));
    bench.receive(11, Buffer.from('400000036f6e65', 'hex'));
    bench.receive(12, Buffer.from('4000000374776f00', 'hex'));
    expect(bench.data.slice(1)).toEqual(['203.0.113.102:5000 one', '203.0.113.102:5000 two']);
  });

  it('is one per endpoint, with the next number', () => {
    const bench = boundBench();
    const bind = only(bench.receive(20, dataIndication('hi', { ...PEER, port: 6000 })));
    expect(attribute(bind.message, 'CHANNEL-NUMBER')).toBe(0x4001);
  });

  it('is refreshed a minute before its ten are over, from the request on', () => {
    const bench = boundBench();
    bench.send(20, 'x');
    expect(pass(bench, 10, 540_000)).toEqual([]);
    const refresh = bind(bench.drain(540_010));
    expect(attribute(refresh.message, 'CHANNEL-NUMBER')).toBe(0x4000);
    bench.receive(540_020, success(refresh));
    expect(bench.events.filter(({ kind }) => kind === 'channel-bound')).toHaveLength(1);
    bench.send(540_030, 'x');
    expect(pass(bench, 550_000, 1_080_000)).toEqual([]);
    bind(bench.drain(1_080_010));
  });

  it('is refreshed also when data only comes', () => {
    const bench = boundBench();
    bench.receive(20, Buffer.from('400000036f6e65', 'hex'));
    pass(bench, 10, 540_000);
    bind(bench.drain(540_010));
  });

  it('that nobody uses runs out; the peer gets the same number again when it is back', () => {
    const bench = boundBench();
    expect(pass(bench, 10, 610_000)).toEqual([]);
    const asked = only(bench.send(610_010, 'x'));
    expect(asked.method).toBe('createPermission');
    expect(only(bench.receive(610_020, success(asked))).method).toBe('send');
    const bind = only(bench.receive(610_030, dataIndication('back')));
    expect(attribute(bind.message, 'CHANNEL-NUMBER')).toBe(0x4000);
  });

  it('that the server refuses is not asked for again: Send indications do', () => {
    const bench = permittedBench();
    bench.receive(20, error(only(bench.receive(10, dataIndication('hi'))), 400, { key: KEY }));
    expect(bench.receive(30, dataIndication('hi'))).toEqual([]);
    expect(only(bench.send(31, 'x')).method).toBe('send');
    expect(bench.events.map(({ kind }) => kind)).toEqual(['allocated']);
  });

  it('that is not answered is asked for again when the peer is heard again', () => {
    const bench = permittedBench();
    bench.receive(10, dataIndication('hi'));
    for (let now = 10; now <= 9410; now += 100) bench.drain(now);
    expect(only(bench.receive(9500, dataIndication('hi'))).method).toBe('channelBind');
  });

  it('on a server that has forgotten the allocation ends the relay', () => {
    const bench = permittedBench();
    bench.receive(20, error(only(bench.receive(10, dataIndication('hi'))), 437, { key: KEY }));
    expect(bench.events.at(-1)).toMatchObject({ kind: 'lost', reason: 'allocation-mismatch', code: 437 });
  });
});
