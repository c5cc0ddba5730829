# Two images: `core` has everything; `api` has what the API imports, and that is not Dagster.
# Packages come locked and compiled to bytecode: without it a process takes three times as long to
# start.
FROM python:3.11-slim-bookworm@sha256:528257d48c1da0dcecc2e725d1ae34498d60c965f1241e39cd6a85a8859bdf84 AS base
RUN pip install --no-cache-dir "uv==0.11.6" \
    && useradd --create-home --uid 10001 platform \
    && mkdir /data /channel && chown platform /data /channel
WORKDIR /app

FROM base AS api
COPY requirements/api.txt requirements/api.txt
RUN uv pip install --system --no-cache --compile-bytecode -r requirements/api.txt
COPY pyproject.toml README.md LICENSE ./
COPY video_platform video_platform
COPY api api
COPY frontend frontend
ENV PYTHONPATH=/app
RUN python -m compileall -q video_platform api
USER platform
WORKDIR /data
VOLUME /data
EXPOSE 8001
CMD ["uvicorn", "api.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8001"]

FROM base AS core
COPY requirements/cluster.txt requirements/cluster.txt
RUN uv pip install --system --no-cache --compile-bytecode -r requirements/cluster.txt
COPY . .
RUN uv pip install --system --no-cache --no-deps -e . \
    && python -m compileall -q video_platform assets_defs resources sensors api cli workers definitions.py
USER platform
WORKDIR /data
VOLUME /data
EXPOSE 3000 4000 8001
CMD ["video-platform", "up", "--host", "0.0.0.0"]
