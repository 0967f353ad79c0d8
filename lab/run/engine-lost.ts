/** Whatever fails first when an engine is gone says little; that it is gone says all. */
import { answersPingAt } from '../docker/engine/ping.ts';

/** Returns the error, or in its place that the engine is lost, where nothing answers at its address any more. */
export async function orEngineLost(error: unknown, host: string): Promise<unknown> {
  const answers = await answersPingAt(host);
  return answers === false ? new Error(`the engine is lost: nothing answers at ${host}`, { cause: error }) : error;
}
