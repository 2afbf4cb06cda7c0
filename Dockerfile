# Saisine in a container: `saisine serve` as nobody in particular, with a root that may be read-only, and the agent console.
# Data that must last (attachments) is under /data; the database and the broker are named by settings.
FROM node:22.21.1-bookworm-slim AS console
WORKDIR /build/client-examples/agent-console
COPY client-examples/agent-console/package.json client-examples/agent-console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY schema.graphql /build/
COPY client-examples/agent-console ./
RUN npm run build

FROM python:3.13.9-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /opt/saisine \
    && /opt/saisine/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY models models
COPY graph graph
RUN /opt/saisine/bin/pip install --no-cache-dir --no-deps --no-build-isolation . && /opt/saisine/bin/pip check

FROM python:3.13.9-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data saisine \
    && install --directory --owner saisine --mode 0700 /data
COPY --from=build /opt/saisine /opt/saisine
COPY --from=console /build/client-examples/agent-console/dist /opt/saisine/console
ENV PATH=/opt/saisine/bin:$PATH \
    SAISINE_CONSOLE_DIR=/opt/saisine/console \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SAISINE_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["saisine", "serve", "--host", "0.0.0.0", "--port", "8000"]
