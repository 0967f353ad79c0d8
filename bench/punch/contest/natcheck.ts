/** natcheck, timed from the introduction to step 7 on either side, by its own report. */
import type { PunchReport } from '../../../src/punch/report/report.ts';
import type { Contestant, Pair } from './contestant.ts';
import { type Peer, startPeer } from './peer.ts';

type Outcome = Pick<PunchReport, 'outcome' | 'reason' | 'elapsedMs'>;

/** Starts two processes of the command for every meeting, so that their code is cold. */
export const FRESH_NATCHECK: Contestant = freshNatcheck({ name: 'natcheck (fresh process)', outcome: 'direct' });

/** Does the same where there is only a relay, until the relayed path is open. */
export const RELAYED_NATCHECK: Contestant = freshNatcheck({ name: 'natcheck (relayed)', outcome: 'relayed' });

function freshNatcheck({ name, outcome }: { readonly name: string; readonly outcome: Outcome['outcome'] }): Contestant {
  return {
    name,
    async start({ lab, a, b }) {
      return {
        async meet() {
          const outcomes = await Promise.all(
            sides({ lab, a, b }).map(async ({ site, id, peer, room, server }): Promise<Outcome> => {
              const where = ['--server', server, '--room', room, '--id', id, '--peer', peer];
              const { stdout } = await site.client(0).exec(['natcheck', 'punch', '--json', ...where]);
              return JSON.parse(stdout);
            }),
          );
          return { [name]: outcomes.map((one) => elapsedOf(one, outcome)) };
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/** Starts two processes that keep the library loaded and punch repeatedly. */
export const WARM_NATCHECK: Contestant = {
  name: 'natcheck (warm)',
  async start(pair) {
    await using started = new AsyncDisposableStack();
    const peers: Peer[] = [];
    for (const { client } of [pair.a, pair.b]) peers.push(started.use(await startPeer(client(0), 'natcheck-peer.ts')));
    const owned = started.move();
    return {
      async meet() {
        const asked = sides(pair).map(({ site: _, ...request }, side) => peers[side]?.ask<Outcome>('punch', request));
        const outcomes = (await Promise.all(asked)).filter((outcome) => outcome !== undefined);
        return { [WARM_NATCHECK.name]: outcomes.map((one) => elapsedOf(one, 'direct')) };
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

let meetings = 0;

/** Returns what each side is told, with a room that nobody has been in. */
function sides({ lab, a, b }: Pair) {
  const room = `meeting-${++meetings}`;
  const server = lab.server.primary;
  return [
    { site: a, id: 'alice', peer: 'bob', room, server },
    { site: b, id: 'bob', peer: 'alice', room, server },
  ];
}

function elapsedOf({ outcome, reason, elapsedMs }: Outcome, wanted: Outcome['outcome']): number {
  if (outcome !== wanted) throw new Error(`natcheck: ${outcome}${reason === null ? '' : `, ${reason}`}`);
  return elapsedMs;
}
