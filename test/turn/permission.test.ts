/** Permissions: asked for with the first datagram, alive as long as they are used, refused where the server refuses. */
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/stun/message.ts';
import {
  allocatedBench,
  challenge,
  createBench,
  dataIndication,
  error,
  KEY,
  only,
  PEER,
  permittedBench,
  success,
  textOf,
} from './bench.ts';

const ANOTHER_PORT = { ...PEER, port: PEER.port + 1 };

describe('the first datagram to an address', () => {
  it('asks for a permission and goes out when it is there, as a Send indication', () => {
    const bench = allocatedBench();
    const asked = only(bench.send(5, 'hello'));
    expect(asked.method).toBe('createPermission');
    expect(attribute(asked.message, 'XOR-PEER-ADDRESS')?.address).toBe(PEER.address);
    const sent = only(bench.receive(30, success(asked)));
    expect(sent.method).toBe('send');
    expect(sent.message.class).toBe('indication');
    expect(sent.message.attributes).toEqual([
      { type: 'XOR-PEER-ADDRESS', value: PEER },
      { type: 'DATA', value: new Uint8Array(Buffer.from('hello')) },
    ]);
    // Five bytes, padded to eight, and 36 around them.
    expect(sent.bytes).toHaveLength(44);
  });

  it('waits with those after it, in order, the oldest giving way to the ninth', () => {
    const bench = allocatedBench();
    const asked = only(bench.send(5, '0'));
    for (let n = 1; n <= 8; n++) expect(bench.send(5, String(n))).toEqual([]);
    expect(bench.receive(30, success(asked)).map(textOf)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('is its own: the caller may use the memory again', () => {
    const bench = allocatedBench();
    const bytes = Buffer.from('hello');
    bench.client.send(5, PEER, bytes);
    bytes.fill(0);
    expect(textOf(only(bench.receive(30, success(only(bench.drain(5))))))).toBe('hello');
  });

  it('that waits is gone when the server is silent; the next asks again', () => {
    const bench = allocatedBench();
    bench.send(5, 'lost');
    for (let now = 5; now <= 9305; now += 100) bench.drain(now);
    expect(bench.drain(9405)).toEqual([]);
    expect(bench.until(9405)).toBe(540_000);
    const again = only(bench.send(9500, 'next'));
    expect(again.method).toBe('createPermission');
    expect(bench.receive(9510, success(again)).map(textOf)).toEqual(['next']);
  });
});

describe('a permission', () => {
  it('is of the address, whatever the port', () => {
    const bench = permittedBench();
    expect(only(bench.send(5, 'x', ANOTHER_PORT)).method).toBe('send');
  });

  it('is refreshed a minute before its five are over, from the request on', () => {
    const bench = permittedBench();
    bench.send(1000, 'used');
    expect(bench.until(1000)).toBe(240_000);
    const refresh = only(bench.drain(240_000));
    expect(refresh.method).toBe('createPermission');
    bench.receive(240_050, success(refresh));
    bench.send(240_060, 'used again');
    expect(bench.until(240_060)).toBe(480_000);
  });

  it('is refreshed also when data only comes', () => {
    const bench = permittedBench();
    const bind = only(bench.receive(1000, dataIndication('x')));
    bench.receive(1000, error(bind, 400, { key: KEY }));
    expect(only(bench.drain(240_000)).method).toBe('createPermission');
  });

  it('that nobody uses runs out, and is asked for again when somebody does', () => {
    const bench = permittedBench();
    expect(bench.drain(240_000)).toEqual([]);
    expect(bench.until(240_000)).toBe(300_000);
    expect(bench.drain(300_000)).toEqual([]);
    expect(only(bench.send(300_001, 'x')).method).toBe('createPermission');
  });

  it('that is used in its last minute is refreshed beside', () => {
    const bench = permittedBench();
    bench.drain(250_000);
    expect(bench.send(250_001, 'x').map(({ method }) => method)).toEqual(['send', 'createPermission']);
  });

  it('whose refresh is not answered is asked for until it has run out', () => {
    const bench = permittedBench();
    bench.send(1000, 'used');
    let asks = 0;
    for (let now = 240_000; now < 300_000; now += 100) {
      asks += bench.send(now, 'x').filter(({ method }) => method === 'createPermission').length;
    }
    expect(asks).toBeGreaterThan(30);
  });
});

describe('an address that the server refuses', () => {
  it('is told of once; what goes there later is refused at once, for five minutes', () => {
    const bench = allocatedBench();
    const asked = only(bench.send(5, 'x'));
    expect(bench.receive(10, error(asked, 403, { key: KEY }))).toEqual([]);
    expect(bench.events.at(-1)).toEqual({
      at: 10,
      kind: 'peer-refused',
      address: PEER.address,
      reason: 'forbidden',
      code: 403,
      detail: 'reason 403',
    });
    expect(bench.client.send(11, PEER, Buffer.from('x'))).toBe('EACCES');
    bench.receive(12, dataIndication('x'));
    expect(bench.client.rejected()).toEqual({ 'no-permission': 1 });
    bench.drain(300_010);
    expect(only(bench.send(300_011, 'x')).method).toBe('createPermission');
  });

  it('because it has forgotten the allocation ends the relay', () => {
    const bench = allocatedBench();
    bench.receive(10, error(only(bench.send(5, 'x')), 437, { key: KEY }));
    expect(bench.until(10)).toBe('closed');
    expect(bench.events.at(-1)).toMatchObject({ kind: 'lost', reason: 'allocation-mismatch' });
  });
});

describe('sending', () => {
  it('to an IPv6 peer is the same however its address is written', () => {
    const bench = createBench({ family: 'IPv6' });
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    const relayed = { address: '2001:db8::10', port: 49_152 };
    bench.receive(
      0,
      success(signed, [
        { type: 'XOR-RELAYED-ADDRESS', value: relayed },
        { type: 'XOR-MAPPED-ADDRESS', value: { address: '2001:db8::101', port: 4 } },
      ]),
    );
    const asked = only(bench.send(1, 'x', { address: '2001:DB8:0:0::102', port: 5000 }));
    expect(bench.receive(2, success(asked))).toHaveLength(1);
    bench.receive(3, dataIndication('hello', { address: '2001:db8::102', port: 5000 }));
    expect(bench.data).toEqual(['2001:db8::102:5000 hello']);
    expect(only(bench.send(4, 'x', { address: '2001:db8::0102', port: 5000 })).method).toBe('send');
  });

  it('before there is an allocation, to the other family, or too much is refused', () => {
    const bench = allocatedBench();
    const bytes = Buffer.from('x');
    expect(allocatedBench({ lifetimeS: 0 }).client.send(1, PEER, bytes)).toBe('ENOTCONN');
    expect(bench.client.send(1, { address: '2001:db8::1', port: 5 }, bytes)).toBe('EAFNOSUPPORT');
    expect(bench.client.send(1, PEER, new Uint8Array(65_401))).toBe('EMSGSIZE');
    expect(bench.client.send(1, PEER, new Uint8Array(65_400))).toBeNull();
  });

  it('to more addresses than anyone has is refused', () => {
    const bench = allocatedBench();
    const at = (n: number) => ({ address: `10.0.${n >> 8}.${n & 255}`, port: 5 });
    for (let n = 0; n < 256; n++) expect(bench.client.send(1, at(n), Buffer.from('x'))).toBeNull();
    expect(bench.client.send(1, at(256), Buffer.from('x'))).toBe('ENOBUFS');
    expect(bench.client.send(1, at(0), Buffer.from('x'))).toBeNull();
  });
});
