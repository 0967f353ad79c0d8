/** The protocol between the benchmark and its peers: a request is a JSON line with a number and a verb; its answer has the same number. */
import { createInterface } from 'node:readline';

type Answers = Readonly<Record<string, (request: Readonly<Record<string, string>>) => Promise<object>>>;

/** Says `ready`, then answers one request after the other until stdin ends; the answer to a failed request is its error. */
export async function answerLines(answers: Answers): Promise<void> {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const { number, verb, ...request } = JSON.parse(line);
    const answer = await answers[verb]?.(request).catch((error: Error) => ({ error: error.message }));
    console.log(JSON.stringify({ number, ...answer }));
  }
}
