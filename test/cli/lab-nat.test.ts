/** `natcheck lab up --nat` and `detect --nat` as processes, up to where they need an engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { natcheck } from './natcheck.ts';

const NATS =
  'full-cone, restricted, port-restricted, symmetric, symmetric-sequential, symmetric-address, symmetric-block, ' +
  'inbound-first, carrier-grade, open, firewalled, udp-blocked, hairpin, port-parity, pool-paired, pool-arbitrary, ' +
  'short-lived, static, static-filtered, dynamic, ' +
  'each also with +ipv6-open, +ipv6-transparent, +ipv6-firewall, +nat66, +nptv6, +nptv6-firewall, +ipv6-dropped, and nat64';

describe.concurrent('natcheck lab --nat', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it.each([
    [['up', '--nat', 'symetric'], `there is no NAT "symetric"; did you mean symmetric? There are ${NATS}`],
    [['up', '--nat', 'symmetric+nat6'], `there is no NAT "symmetric+nat6"; did you mean nat66? There are ${NATS}`],
    [['detect', '--nat', 'symmetric', '--nat', '?'], `there is no NAT "?"; there are ${NATS}`],
    [['up', '--nat', 'symmetric', '--all'], '--all and --nat exclude each other'],
    [['down', '--nat', 'symmetric'], 'natcheck lab down does not take --nat'],
    [['detect', ...Array(33).fill(['--nat', 'open']).flat()], '--nat can be given 32 times at most'],
    [['up', '--nat', 'symmetric+nat66'], 'no container engine: NATCHECK_LAB_ENGINE=none forbids it'],
  ])('%j is refused before anything is started', async (words, line) => {
    const ended = await natcheck(['lab', ...words], { NATCHECK_LAB_ENGINE: 'none', XDG_RUNTIME_DIR: dir });
    expect(ended).toEqual({ code: 2, signal: null, stdout: '', stderr: `natcheck: ${line}\n` });
  });
});
