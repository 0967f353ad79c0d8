/** Further hosts on the public side of a lab. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import {
  dualStack,
  IPV6_ACCESSES,
  type Lab,
  type LabContainer,
  type NamedIpv6Access,
  SYMMETRIC,
} from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

describeLab('a lab with two helpers', () => {
  let lab: Lab;
  beforeAll(async () => {
    const nat = dualStack(SYMMETRIC, IPV6_ACCESSES[2] as NamedIpv6Access);
    lab = await startProvidedLab({ profiles: [nat], backbone: true, helpers: ['relay', 'tracker'] });
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it('has each at an address of its own, which clients and helpers reach', async () => {
    const [relay, tracker] = [lab.helper('relay'), lab.helper('tracker')];
    const client = lab.sites[0]?.client(0) as LabContainer;
    const [first, second] = ['2', '3'].map((number) => lab.server.primary.replace(/\d+$/, number));
    expect([relay.address, tracker.address, tracker.address6]).toEqual([first, second, '2001:db8::3']);
    for (const [from, to] of [
      [client, relay.address],
      [client, tracker.address6 ?? ''],
      [relay, tracker.address],
      [tracker, lab.server.primary],
    ] as const) {
      expect((await from.exec(['ping', '-c', '1', '-W', '2', to])).exitCode, `${from.name} to ${to}`).toBe(0);
    }
  });

  it('runs guests in them', async () => {
    const relay = lab.helper('relay');
    await using guest = await relay.run({ image: inject('lab')?.image ?? '', argv: ['hostname', '-I'] });
    const lines: string[] = [];
    guest.onLine(({ text }) => lines.push(text));
    expect(await guest.ended).toBe(0);
    expect(lines).toEqual([expect.stringContaining(`${relay.address} `)]);
  });

  it('has none of another name', () => {
    expect(() => lab.helper('none')).toThrow('the lab has no helper none');
  });
});
