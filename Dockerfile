# Images of an installation: `core` (Dagster, workers, command line) and `api` (no Dagster).
#   docker build --target core .      docker build --target api .
# Dependencies come locked by hash and compiled to bytecode; nothing runs as root, and neither pip,
# uv nor Node.js is in what runs.
ARG PYTHON_IMAGE=python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3
ARG NODE_IMAGE=node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c

FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir "uv==0.13.9"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/platform
RUN uv venv /opt/platform
WORKDIR /source
COPY requirements requirements
# One layer for what seldom changes: a new line of ours does not install the dependencies again.

FROM build AS build-core
RUN uv pip install --no-cache --require-hashes -r requirements/cluster.txt
COPY . .
RUN uv pip install --no-cache --no-deps .

FROM build AS build-api
RUN uv pip install --no-cache --require-hashes -r requirements/api.txt
COPY . .
RUN uv pip install --no-cache --no-deps .
RUN /opt/platform/bin/python -m api.document > /source/openapi.json

FROM ${NODE_IMAGE} AS build-pages
WORKDIR /source
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-progress
COPY frontend .
COPY --from=build-api /source/openapi.json openapi.json
RUN NEXT_TELEMETRY_DISABLED=1 npm run build

FROM ${PYTHON_IMAGE} AS base
ENV PATH=/opt/platform/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VIDEO_PLATFORM_DATA_DIR=/data
RUN useradd --uid 10001 --create-home platform \
    && install -d -o platform -g platform /data /pages /channel /opt/dagster
WORKDIR /data
USER platform

FROM base AS api
COPY --from=build-api /opt/platform /opt/platform
EXPOSE 8001
CMD ["uvicorn", "api.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8001"]

FROM base AS pages
COPY --from=build-pages /source/out /built
# Into the volume the API reads; what an older build left there goes.
CMD ["sh", "-c", "rm -rf /pages/* && cp -r /built/. /pages/"]

FROM base AS core
COPY --from=build-core /opt/platform /opt/platform
COPY --chown=platform deploy/production/dagster.yaml deploy/production/workspace.yaml /opt/dagster/
ENV DAGSTER_HOME=/opt/dagster
EXPOSE 3000 4000 8001
CMD ["video-platform", "up", "--host", "0.0.0.0"]
