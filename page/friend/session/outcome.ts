/** How a meeting goes on once the channels are open, and how it ends where they never are. */
import { planOf, whyNoPath, whyRelayed } from '../explain.ts';
import { isRelayed, type SelectedPair } from '../path/pair.ts';
import { type FriendReport, failedReport } from '../report.ts';
import { TEXT } from '../text.ts';
import { close, look, pairOf, type State } from './state.ts';

/** How long a relayed path is given to become a direct one, where that is to be hoped for. */
const DIRECT_WAIT_MS = 3_000;
const LOOK_MS = 50;

/** Waits whether a direct path opens, and measures the one that is there then. */
export async function settle(state: State): Promise<void> {
  const { news, use, steps } = state;
  if (state.phase !== 'connecting') return;
  state.phase = 'open';
  news.onPhase('connected');
  const first = await directPair(state);
  if (first) steps.connected(first);
  news.onPhase('measuring');
  const { rttMs, probes, lost } = await use.measure();
  const { selected } = await look(state);
  report(state, { pair: endsOf(selected ?? first), rttMs, probes, lost, loss: lost / probes });
}

function endsOf(pair: SelectedPair | null): FriendReport['pair'] {
  return pair && { local: pair.local, remote: pair.remote };
}

async function directPair(state: State): Promise<SelectedPair | null> {
  const until = performance.now() + DIRECT_WAIT_MS;
  for (;;) {
    const { selected } = await look(state);
    const isHopeless = planOf(pairOf(state))?.technique === 'relay';
    const isEnough = selected !== null && (isHopeless || !isRelayed(selected));
    if (isEnough || performance.now() >= until || state.phase === 'over') return selected;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Reports what is known by now; nothing before it is known what path it is. */
export function report(state: State, known: Partial<FriendReport>): void {
  if (state.phase === 'over' || !(state.report ?? known.pair)) return;
  const plan = planOf(pairOf(state));
  const steps = state.steps.all();
  const merged = { ...(state.report ?? failedReport(null, { plan, steps })), ...known, plan, steps };
  const isThroughRelay = merged.pair !== null && isRelayed(merged.pair);
  const path = isThroughRelay ? 'relayed' : 'direct';
  state.report = { ...merged, path, why: isThroughRelay ? whyRelayed(pairOf(state)) : null };
  state.news.onReport(state.report);
}

/** The browser has given up, or the friend has; or the time is over. */
export function fail(state: State): void {
  const { phase, news, role, isHeard } = state;
  if (phase === 'over') return;
  const pair = pairOf(state);
  close(state);
  if (phase === 'open') {
    news.onLost();
    return;
  }
  const why = whyNoPath(pair, { role, isHeard }) ?? TEXT.unexplained;
  news.onReport(failedReport(why, { plan: planOf(pair), steps: state.steps.all() }));
}
