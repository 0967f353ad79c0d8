/** Detections that a restarted router has spoiled. Whoever runs one makes it again, on new sockets: the old ones have mappings. */
import type { DetectReport } from '../report.ts';

/** A router that restarts again and again is not waited for. */
const DETECTIONS_MAX = 3;

/**
 * Whether a detection is to be made again.
 * @param made how many have been made, that one included.
 */
export function isToBeRepeated({ verdict }: DetectReport, made: number): boolean {
  return verdict.reason === 'router-restarted' && made < DETECTIONS_MAX;
}
