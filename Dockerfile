# One image for all services; dependencies come locked and compiled to bytecode.
FROM python:3.11-slim-bookworm
RUN pip install --no-cache-dir "uv>=0.5,<1"
WORKDIR /app
COPY requirements/core.txt requirements/core.txt
RUN uv pip install --system --no-cache --compile-bytecode -r requirements/core.txt
COPY . .
RUN uv pip install --system --no-cache --no-deps -e . \
    && useradd --create-home --uid 10001 platform \
    && mkdir /data && chown platform /data
USER platform
WORKDIR /data
VOLUME /data
EXPOSE 3000 8001
CMD ["video-platform", "up", "--host", "0.0.0.0"]
