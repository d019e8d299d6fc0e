# Two stages: the first builds with pip and compiles the core, the second only runs. Name an index of your own
# with --build-arg PIP_INDEX_URL=... ; the lock files hold no addresses.
FROM python:3.11-slim-bookworm AS build
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /build
COPY requirements/run.txt requirements/build.txt requirements/compiled.txt requirements/
RUN python -m venv --without-pip /app \
    && python -m venv /build/tools \
    && /build/tools/bin/pip install --no-deps --require-hashes -r requirements/build.txt -r requirements/compiled.txt \
    && /build/tools/bin/pip --python /app/bin/python install --no-deps --require-hashes -r requirements/run.txt
COPY . .
# Compiling runs the service for a moment, so it is told where the libraries lie.
RUN CALCIFICATION_CDS_COMPILED=1 PYTHONPATH=/app/lib/python3.11/site-packages /build/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /build/dist . \
    && /build/tools/bin/pip --python /app/bin/python install --no-deps /build/dist/*.whl

# It runs in the production profile, so it wants to be told who may call: without CALCIFICATION_CDS_PUBLIC_URL,
# CALCIFICATION_CDS_CLIENTS_FILE and either the two TLS files or CALCIFICATION_CDS_TRUSTED_PROXIES it stops with
# exit status 4 and says what is missing. What it keeps (an SQLite file unless CALCIFICATION_CDS_DATABASE_URL names
# another database) lies in /data.
FROM python:3.11-slim-bookworm
RUN pip uninstall --yes setuptools wheel pip \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cds \
    && install --directory --owner=cds /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CALCIFICATION_CDS_PROFILE=production
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["python", "-m", "cds_service.alive"]
CMD ["calcification-cds", "serve", "--host", "0.0.0.0", "--port", "8000"]
