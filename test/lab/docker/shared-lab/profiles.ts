/** The sites of the labs that test files share, with one client each: names such as `symmetric`, `symmetric-2` and `static`. */
import { CLASSIC_NATS, STATIC } from '../../../../lab/index.ts';

export const SHARED_PROFILES = [...CLASSIC_NATS, ...CLASSIC_NATS, STATIC];
