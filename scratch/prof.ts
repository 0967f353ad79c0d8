import { INBOUND_FIRST, PORT_RESTRICTED, SYMMETRIC, FULL_CONE, type AccessProfile } from '../lab/profiles.ts';
import { symmetricLink } from '../lab/sim/network/link.ts';
import { punchInSim } from '../lab/sim/punch/punch.ts';
const behind = (...layers: any): AccessProfile => ({ kind: 'nat', layers });
const [inb, pr, sym, fc] = [INBOUND_FIRST, PORT_RESTRICTED, SYMMETRIC, FULL_CONE].map((p) => behind(p));
const time = (name: string, a: any, b: any, latencyMs: number) => {
  const link = symmetricLink({ latencyMs, jitterMs: latencyMs / 10 });
  const t = process.cpuUsage();
  let sent = 0;
  for (let seed = 1; seed <= 20; seed++) { const p: any = punchInSim({ a, b, seed, linkA: link, linkB: link }); sent += p.a.probesSent ?? 0; }
  const u = process.cpuUsage(t);
  console.log(name, latencyMs, ((u.user + u.system) / 20000).toFixed(1), 'ms CPU each', sent);
};
for (const l of [0, 20, 100]) { time('inb×inb', inb, inb, l); time('pr×pr', pr, pr, l); time('fc×fc', fc, fc, l); }
time('pr×sym', pr, sym, 20);
time('sym×sym', sym, sym, 20);
