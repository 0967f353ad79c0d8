/** Listens as `dockerd -H unix://PATH` does, and passes on what comes to another engine; ends by SIGTERM. */
import { appendFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

const [target, log, ...options] = process.argv.slice(2);
const path = options[options.indexOf('-H') + 1].replace('unix://', '');

/** Asks for whatever any lab has there: of an engine of its own, a command removes all of that. */
const ALL_LABS = '"natcheck.lab"';

const server = createServer((near, answer) => {
  if (decodeURIComponent(near.url).includes(ALL_LABS)) {
    answer.setHeader('Content-Type', 'application/json');
    answer.end(near.url.includes('/volumes') ? '{"Volumes":[]}' : '[]');
    return;
  }
  const { method, url, headers } = near;
  const far = request({ socketPath: target, method, path: url, headers, agent: false }, (response) => {
    answer.writeHead(response.statusCode, response.headers);
    answer.flushHeaders();
    response.pipe(answer);
  });
  far.on('error', () => near.destroy());
  answer.on('close', () => far.destroy());
  near.pipe(far);
});

/** What attaches to a container: from the request on, it is bytes both ways. */
server.on('upgrade', ({ method, url, rawHeaders }, near, head) => {
  const far = connect(target);
  const lines = Array.from(
    { length: rawHeaders.length / 2 },
    (_, n) => `${rawHeaders[2 * n]}: ${rawHeaders[2 * n + 1]}`,
  );
  far.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  far.write(head);
  for (const [from, to] of [
    [near, far],
    [far, near],
  ]) {
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
});

server.listen(path, () => appendFileSync(log, 'started\n'));
process.on('SIGTERM', () => {
  appendFileSync(log, 'ended\n');
  process.exit(0);
});
