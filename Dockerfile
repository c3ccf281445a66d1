# Two images from one build: `docker build --target node .` and `docker build --target worker .`
# The steps are the scripts' own, so an image holds what scripts/build makes on any machine.

FROM rust:1.95-bookworm AS build
WORKDIR /assay
COPY . .
ENV CARGO_TARGET_DIR=/target
RUN scripts/setup --build && scripts/build

FROM debian:bookworm-slim AS base
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data assay
USER assay
WORKDIR /data
VOLUME /data

FROM base AS worker
COPY --from=build /target/release/assay-worker /target/release/assay /usr/local/bin/
# For an NVIDIA GPU mount NVIDIA's NVRTC and set ASSAY_NVRTC to where it is; the image has none. deploy/README.md has the command.
ENV ASSAY_LISTEN=0.0.0.0:8420 NVIDIA_DRIVER_CAPABILITIES=compute,utility
EXPOSE 8420
ENTRYPOINT ["assay-worker"]
CMD ["run", "--data-dir", "/data"]

FROM base AS node
# assay is for the operator: docker exec CONTAINER assay validator status ADDRESS
COPY --from=build /target/release/assay-node /target/release/assay /usr/local/bin/
EXPOSE 30333 9944 9615
ENTRYPOINT ["assay-node"]
CMD ["--base-path", "/data"]
