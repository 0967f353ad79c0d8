/** The answer of an engine to what takes long, a build or a pull: it comes in events, and tells of a failure as one of them. */
import type Dockerode from 'dockerode';

interface AnswerEvent {
  /** A piece of the output of a build. */
  readonly stream?: string;
  readonly error?: string;
}

/** How much of the output of a build an error has, in events. */
const LAST_EVENTS = 20;

/** Waits until all is done. @throws Error with what the engine says, and the last lines of its output. */
export async function finished(docker: Dockerode, answer: NodeJS.ReadableStream): Promise<void> {
  const said: string[] = [];
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      answer,
      (error) => (error ? reject(error) : resolve()),
      ({ stream, error }: AnswerEvent) => {
        failure ??= error;
        if (stream === undefined) return;
        said.push(stream);
        if (said.length > LAST_EVENTS) said.shift();
      },
    );
  });
  if (failure !== undefined) throw new Error([failure, ...said].join('\n').trimEnd());
}
