/** Answers from another port than the one that was asked: refused by RFC 8445, and taken where the owner says so. */
import { describe, expect, it } from 'vitest';
import { createBench, only, peerCheck, peerSuccess, REMOTE } from './wire.ts';

const OTHER_PORT = { ...REMOTE, port: 5001 };
const OTHER_ADDRESS = { ...REMOTE, address: '10.0.0.9' };

const kinds = (bench: ReturnType<typeof createBench>) => bench.events.map(({ kind }) => kind);

describe('an agent that takes answers from any port', () => {
  it('takes them from the address that was asked, and from no other', () => {
    const bench = createBench({ answersFromAnyPort: true });
    const check = only(bench.drain(0));
    bench.receive(1, peerSuccess(check), OTHER_ADDRESS);
    expect(kinds(bench)).toEqual(['check-sent']);
    expect(bench.agent.rejected()).toEqual({ 'wrong-source': 1 });
    bench.receive(2, peerSuccess(check), OTHER_PORT);
    expect(kinds(bench)).toContain('pair-valid');
  });

  it('learns one port from checks, and then only one that is nominated', () => {
    const bench = createBench({ answersFromAnyPort: true, role: 'controlled' });
    bench.drain(0);
    const asController = { role: 'ICE-CONTROLLING' } as const;
    for (let port = 6000; port < 6010; port++) bench.receive(1, peerCheck(asController), { ...REMOTE, port });
    bench.receive(2, peerCheck({ ...asController, nominates: true }), { ...REMOTE, port: 6020 });
    const learned = bench.events.flatMap((event) => (event.kind === 'remote-candidate' ? [event.candidate] : []));
    expect(learned.map(({ endpoint }) => endpoint.port)).toEqual([6000, 6020]);
  });
});

it('any other agent does not', () => {
  const bench = createBench();
  const check = only(bench.drain(0));
  bench.receive(1, peerSuccess(check), OTHER_PORT);
  expect(kinds(bench)).toEqual(['check-sent']);
  expect(bench.agent.rejected()).toEqual({ 'wrong-source': 1 });
});
