# natcheck on the base: /opt/natcheck with what it depends on, /usr/local/bin/natcheck to start it,
# the agent by which the lab sends plain datagrams, and the program that shapes its links.
ARG BASE
FROM ${BASE}
COPY programs /usr/local/lib/natcheck-lab/
COPY natcheck /opt/natcheck
RUN printf '#!/bin/sh\nNODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-/opt/natcheck/compiled} exec node /opt/natcheck/dist/cli/main.js "$@"\n' > /usr/local/bin/natcheck \
 && chmod 755 /usr/local/bin/natcheck
# A container is new to natcheck each time: Node keeps here what it has compiled, of commands that fail or are ended at once.
RUN for command in 'detect --server 127.0.0.1:9' 'punch --server 127.0.0.1:9 --id a --peer b --wait 1' 'pipe --server 127.0.0.1:9 --id a --peer b' \
                   'serve --ip 127.0.0.1 --relay --open-relay'; do \
      timeout --signal=INT --kill-after=5 5 natcheck $command < /dev/null > /dev/null 2>&1 & \
    done; wait; test -d /opt/natcheck/compiled
