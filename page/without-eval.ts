/** Comes before every schema: a schema looks when it is made whether it may write code, which the policy of the page forbids. */
import { z } from 'zod';

z.config({ jitless: true });
