/** When the behaviour of this side's NAT is found out again: not when it is known, and not as often as a server likes. */
import { describe, expect, it } from 'vitest';
import { findOwnBehavior, type OwnBehaviorOptions } from '../../src/detect/own-behavior.ts';
import { explainReason } from '../../src/nat/reason.ts';
import type { ToldBehavior } from '../../src/rendezvous/protocol/fields.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { type Fault, startFakeServer } from '../net/fake-server.ts';

const KNOWN: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' };
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };
const OWN = { address: '203.0.113.101', port: 40_000 };

/** Detections that end when and how the test says; an aborted one rejects, as the real one does. */
function detections() {
  const begun: PromiseWithResolvers<ToldBehavior>[] = [];
  const behavior = findOwnBehavior({
    server: () => ({ address: '203.0.113.10', port: 3478 }),
    ...{ local: undefined, signal: undefined },
    detection: (signal) => {
      const one = Promise.withResolvers<ToldBehavior>();
      begun.push(one);
      signal.addEventListener('abort', () => one.reject(signal.reason));
      return one.promise;
    },
  });
  let changes = 0;
  behavior.onChanged(() => changes++);
  return { behavior, begun, changes: () => changes };
}

describe('the behaviour', () => {
  it('is found out from the start, once, and known from then on, whatever becomes of the server', async () => {
    const { behavior, begun } = detections();
    begun[0]?.resolve(KNOWN);
    expect(await behavior.find(OWN)).toEqual(KNOWN);
    behavior.doubt();
    expect(await behavior.find({ ...OWN, port: 41_000 })).toEqual(KNOWN);
    expect(begun).toHaveLength(1);
  });

  it('is found out anew when the server was lost meanwhile, and not from what was under way', async () => {
    const { behavior, begun, changes } = detections();
    const cut = behavior.find(OWN);
    behavior.doubt();
    expect(await cut).toEqual(UNKNOWN);
    const anew = behavior.find(OWN);
    expect(begun).toHaveLength(2);
    begun[1]?.resolve(KNOWN);
    expect(await anew).toEqual(KNOWN);
    // Whoever was told that nothing is known hears that something is.
    expect(changes()).toBe(1);
  });

  it('is not found out anew for each peer where a server can show no more', async () => {
    const { behavior, begun } = detections();
    begun[0]?.resolve(UNKNOWN);
    for (let peers = 0; peers < 5; peers++) expect(await behavior.find(OWN)).toEqual(UNKNOWN);
    expect(begun).toHaveLength(1);
  });

  it('is found out anew where a detection has come to nothing and the server was lost since', async () => {
    const { behavior, begun } = detections();
    begun[0]?.resolve(UNKNOWN);
    expect(await behavior.find(OWN)).toEqual(UNKNOWN);
    behavior.doubt();
    const anew = behavior.find(OWN);
    begun[1]?.resolve(KNOWN);
    expect(await anew).toEqual(KNOWN);
  });

  it('is found out anew behind another public address', async () => {
    const { behavior, begun } = detections();
    begun[0]?.resolve(KNOWN);
    await behavior.find(OWN);
    const anew = behavior.find({ ...OWN, address: '198.51.100.7' });
    expect(begun).toHaveLength(2);
    begun[1]?.resolve(UNKNOWN);
    expect(await anew).toEqual(UNKNOWN);
  });

  it('keeps what was found where the next detection finds less', async () => {
    const { behavior, begun } = detections();
    const half: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'undetermined' };
    begun[0]?.resolve(half);
    expect(await behavior.find(OWN)).toEqual(half);
    behavior.doubt();
    const anew = behavior.find(OWN);
    begun[1]?.resolve(UNKNOWN);
    expect(await anew).toEqual(half);
  });

  it('is not found out without end where the server is lost again and again', async () => {
    const { behavior, begun } = detections();
    for (let losses = 0; losses < 100; losses++) {
      void behavior.find(OWN);
      behavior.doubt();
    }
    // The third would come after two seconds.
    expect(begun).toHaveLength(2);
    behavior[Symbol.dispose]();
  });

  it('rejects whoever waits for it when it is disposed of', async () => {
    const { behavior } = detections();
    const found = behavior.find(OWN);
    behavior[Symbol.dispose]();
    await expect(found).rejects.toThrow('This operation was aborted');
  });
});

describe('the behaviour toward a server with one address', () => {
  const find = async (
    { servers = [], ...options }: Partial<OwnBehaviorOptions> & { readonly servers?: readonly string[] },
    fault?: Fault,
  ): Promise<ToldBehavior> => {
    await using server = await startFakeServer({ oneAddress: true, ...(fault && { fault }) });
    const { port, altPort } = server.layout;
    using behavior = findOwnBehavior({
      ...{ server: () => ({ address: '127.0.0.1', port }), local: undefined, signal: undefined },
      later: Promise.resolve({ altPort, servers }),
      ...options,
    });
    return await behavior.find(OWN);
  };

  it('is found by its two ports and the other servers that it names', async () => {
    expect(await find({})).toMatchObject(UNKNOWN);
    await using named = await startFakeServer({ at: '127.0.0.2' });
    expect(await find({ servers: [named.name] })).toMatchObject({ mapping: 'none', filtering: 'undetermined' });
  });

  it('is found with a server that the user has named', async () => {
    await using named = await startFakeServer({ at: '127.0.0.2', oneAddress: true });
    expect(await find({ stunServers: [named.name] })).toMatchObject({ mapping: 'none' });
  });

  it('is found though the server tells late, or never', async () => {
    const told = Promise.withResolvers<null>();
    const found = find({ later: told.promise });
    expect(await found).toMatchObject(UNKNOWN);
    expect(await find({ later: Promise.resolve(null) })).toMatchObject(UNKNOWN);
  });

  it('is a mapping that depends on the port where the two see different ones', async () => {
    const seenElsewhere: Fault = (reply, { local, layout }) => {
      const decoded = decode(reply.bytes);
      if (!decoded.ok) throw new Error(decoded.error.code);
      const value = { address: '198.51.100.7', port: local.port === layout.port ? 1000 : 2000 };
      return [{ ...reply, bytes: encode({ ...decoded.message, attributes: [{ type: 'XOR-MAPPED-ADDRESS', value }] }) }];
    };
    expect(await find({}, seenElsewhere)).toMatchObject({ mapping: 'address-and-port-dependent' });
  });

  it('is why in words', async () => {
    await using server = await startFakeServer({ oneAddress: true });
    const { port, altPort } = server.layout;
    using behavior = findOwnBehavior({
      ...{ server: () => ({ address: '127.0.0.1', port }), local: undefined, signal: undefined },
      later: Promise.resolve({ altPort, servers: [] }),
    });
    await behavior.find(OWN);
    expect(behavior.why()).toBe(explainReason('ports-agree'));
  });
});
