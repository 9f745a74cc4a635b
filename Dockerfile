# crmbridge as a container: docs/operations.md says how to run it.
#
# The base is named by tag, so that a plain build takes the newest fixes of Debian and Python. For a
# build that can be repeated bit by bit, pin it: FROM python:3.11-slim@sha256:<digest>, in both places.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN ["python", "-m", "venv", "/opt/crmbridge"]
WORKDIR /src
COPY requirements.txt ./
RUN ["/opt/crmbridge/bin/pip", "install", "--require-hashes", "-r", "requirements.txt"]
COPY pyproject.toml README.md .gitignore ./
COPY crmbridge crmbridge
COPY connectors connectors
COPY mappings mappings
RUN ["/opt/crmbridge/bin/pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "/wheel", "."]
RUN ["/opt/crmbridge/bin/pip", "install", "--no-deps", "--no-index", "--find-links", "/wheel", "crmbridge"]
RUN ["/opt/crmbridge/bin/python", "-m", "compileall", "-q", "/opt/crmbridge/lib"]
# an empty folder with its owner: the run stage needs no shell to make one
RUN ["python", "-c", "import os; os.makedirs('/empty/data', 0o700); os.chown('/empty/data', 10001, 10001)"]

FROM python:3.11-slim
COPY --from=build /opt/crmbridge /opt/crmbridge
COPY --from=build --chown=10001:10001 /empty/data /data
# SQLite sorts large results in files; beside the ledger, because the root may be read-only
ENV PATH=/opt/crmbridge/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SQLITE_TMPDIR=/data \
    CRMBRIDGE_CONFIG=/config \
    CRMBRIDGE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('CRMBRIDGE_LISTEN', ':8080').rpartition(':')[2] + '/healthz', timeout=4)"]
ENTRYPOINT ["crmbridge"]
CMD ["run"]
