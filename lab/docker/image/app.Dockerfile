# natcheck on the base: /opt/natcheck with what it depends on, /usr/local/bin/natcheck to start it,
# the agent by which the lab sends plain datagrams, and the program that shapes its links.
ARG BASE
FROM ${BASE}
COPY programs /usr/local/lib/natcheck-lab/
COPY natcheck /opt/natcheck
RUN printf '#!/bin/sh\nexec node /opt/natcheck/dist/cli/main.js "$@"\n' > /usr/local/bin/natcheck \
 && chmod 755 /usr/local/bin/natcheck
