/** What a detection has found, and the message that says so. */

import { undetermined } from '../../../src/nat/behavior.ts';
import { PLACES, type Place } from '../../../src/nat/browser/places.ts';
import type { BrowserResult } from '../../../src/nat/browser/protocol.ts';
import { classifyMapping } from '../../../src/nat/discovery/mapping.ts';
import type { ProbeEvidence } from '../../../src/nat/evidence.ts';
import { answeredCount } from '../../../src/nat/probes/silence.ts';
import { DEADLINE_MS, SILENT_MS } from './limits.ts';
import { filteringOf } from './passage.ts';
import { CHECKS, type SeenFinding, type Trial } from './state.ts';

/** No public endpoint is this one: whether it is the browser's own, the browser says. */
const NOWHERE = { address: '', port: 0 };

/** Concludes what can be concluded. @returns the result once it is final. */
export function conclude(now: number, trial: Trial): BrowserResult | null {
  if (trial.startedAt === null) return null;
  const elapsed = now - trial.startedAt;
  if (!isHeard(trial)) return elapsed >= SILENT_MS ? resultOf(now, trial) : null;
  trial.mapping ??= mappingOf(trial);
  trial.filtering ??= filteringOf(now, trial);
  if (elapsed >= DEADLINE_MS) {
    trial.mapping ??= undetermined(hasAnyPlace(trial) ? 'alternate-unheard' : 'deadline');
    trial.filtering ??= undetermined('deadline');
  }
  return trial.mapping && trial.filtering ? resultOf(now, trial) : null;
}

function isHeard({ sockets }: Trial): boolean {
  return Object.values(sockets).some(({ sights }) => sights.size > 0);
}

function hasAnyPlace({ sockets }: Trial): boolean {
  return sockets.control.sights.size > 0;
}

/**
 * What the control socket shows of the mapping, once each place has seen it, and the primary once more after the others: a
 * router that restarts meanwhile gives it another endpoint there.
 */
function mappingOf({ sockets, places }: Trial): SeenFinding | null {
  const { sights, hasMoved } = sockets.control;
  if (hasMoved) return undetermined('router-restarted');
  const primary = sights.get('primary');
  const samples = (Object.keys(places) as Place[]).flatMap((place) => {
    const [sight, to] = [sights.get(place), places[place]];
    return sight && to ? [{ to, mapped: sight.endpoint, firstAt: sight.firstAt }] : [];
  });
  if (!primary || samples.length < Object.keys(places).length) return null;
  if (samples.some(({ firstAt }) => firstAt >= primary.lastAt)) return null;
  const { behavior, reason } = classifyMapping(NOWHERE, samples);
  if (behavior === 'none') return null;
  return behavior === 'undetermined' ? undetermined(reason) : { behavior, reason: null };
}

function resultOf(now: number, trial: Trial): BrowserResult {
  const { family, sockets, mapping, filtering, begunAt } = trial;
  return {
    type: 'result',
    family,
    isHeard: isHeard(trial),
    mapping: mapping ?? undetermined('no-answer'),
    filtering: filtering ?? undetermined('no-answer'),
    public: sockets.control.sights.get('primary')?.endpoint ?? null,
    probes: [...sightsOf(trial), ...checksOf(trial)],
    elapsedMs: Math.round(now - begunAt),
  };
}

/** The browser's checks: how many it has sent, only the browser knows; those that came are listed. */
function sightsOf({ sockets, places }: Trial): readonly ProbeEvidence[] {
  return PLACES.flatMap((place) => {
    const [sight, to] = [sockets.control.sights.get(place), places[place]];
    if (!to) return [];
    const count = sight?.count ?? 0;
    const came = { sends: count, answers: count, from: sight ? to : null, mapped: sight?.endpoint ?? null };
    return [{ test: `mapping.${place}`, socket: 'control', to, rttMs: null, ...came }];
  });
}

/** The server's checks; `to` is the endpoint of the browser that was asked last. */
function checksOf({ checks }: Trial): readonly ProbeEvidence[] {
  return CHECKS.flatMap(({ name, socket }) => {
    const { sends, to, answer } = checks[name];
    if (!to) return [];
    const test = name.startsWith('control.') ? name : `filtering.${name}`;
    const rttMs = answer && Math.round(answer.rttMs * 100) / 100;
    return [
      {
        test,
        socket,
        to,
        sends: sends.length,
        answers: answeredCount(sends),
        from: answer?.from ?? null,
        rttMs,
        mapped: null,
      },
    ];
  });
}
