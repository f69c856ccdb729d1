# syntax=docker/dockerfile:1
# The program for servers and workers: Deno, its modules, the libraries of XGBoost and LightGBM.
# PostgreSQL is not in it: DATABASE_URL leads to one (compose.yaml brings it).
# Debian, since the wheels of XGBoost and LightGBM need glibc 2.28 or newer: no Alpine.

FROM python:3.12-slim-bookworm AS build
ARG DENO_VERSION=2.9.6
# pip checks what it fetches against the hashes of the registry.
RUN pip install --no-cache-dir --no-compile --target /opt/deno "deno==${DENO_VERSION}" \
  && install -D -m 755 /opt/deno/bin/deno /usr/local/bin/deno
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
WORKDIR /app

# The wheels are pinned by hash and the modules by deno.lock: a layer of its own, so that a change
# of the code fetches neither again.
COPY deno.json deno.lock ./
COPY std ./std
COPY ml/native ./ml/native
COPY ml/train/request.ts ./ml/train/request.ts
COPY tasks/native_install.ts ./tasks/native_install.ts
COPY tasks/native ./tasks/native
RUN deno run --frozen --allow-read --allow-write --allow-run tasks/native_install.ts

COPY . .
# onnxruntime-node carries the libraries of every platform (288 MB): keep those of this one. Then
# bundle the pages, and train one tree with each library as a proof that the parts fit.
RUN deno cache --quiet --frozen server.ts worker.ts cli.ts step_process.ts \
    adapters/process/watchdog.ts adapters/process/warden.ts start.ts ml/train/loader.ts \
    ml/serve/score_worker.ts ml/train/child.ts ui/layout/worker.ts tasks/build_ui.ts \
  && sh docker/prune_onnxruntime.sh "$DENO_DIR" \
  && deno run -A --cached-only tasks/build_ui.ts /opt/ui \
  && deno run -A --cached-only tasks/native_doctor.ts

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Aurora" \
  org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin aurora \
  && install -d -o aurora -g aurora /data /data/objects /data/cache
COPY --from=build /usr/local/bin/deno /usr/local/bin/deno
# Deno keeps compiled code and lock files beside the modules, so the folder is the user's own.
COPY --from=build --chown=aurora:aurora /deno-dir /deno-dir
COPY --from=build /app /app
COPY --from=build --chown=aurora:aurora /opt/ui /data/cache
ENV DENO_DIR=/deno-dir \
  DENO_NO_UPDATE_CHECK=1 \
  AURORA_DIRECTORY=/data \
  AURORA_OBJECTS=/data/objects
WORKDIR /app
USER 10001:10001
VOLUME ["/data/objects"]
EXPOSE 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["sh", "/app/docker/healthy.sh"]
ENTRYPOINT ["sh", "/app/docker/entry.sh"]
CMD ["server.ts"]
