# natcheck on the base: /opt/natcheck with what it depends on, /usr/local/bin/natcheck to start it,
# and the agent by which the lab sends plain datagrams.
ARG BASE
FROM ${BASE}
COPY agent.mjs /usr/local/lib/natcheck-lab/agent.mjs
COPY natcheck /opt/natcheck
RUN printf '#!/bin/sh\nexec node /opt/natcheck/dist/cli/main.js "$@"\n' > /usr/local/bin/natcheck \
 && chmod 755 /usr/local/bin/natcheck
