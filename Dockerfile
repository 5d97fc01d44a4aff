# syntax=docker/dockerfile:1
# The servers, each in an image of its own. Run them with compose.yaml, or by themselves:
#
#   docker build -t premium_server .
#   docker run --rm -p 127.0.0.1:8402:8402 premium_server
#
#   docker build -t facilitator_server --target facilitator_server .
#   docker run --rm -p 127.0.0.1:8403:8403 facilitator_server

FROM rust:1-slim-bookworm AS build
WORKDIR /src
# The whole workspace: Cargo reads every member's manifest, whatever it builds.
COPY Cargo.toml Cargo.lock ./
COPY x402-core x402-core
COPY x402-oneshot x402-oneshot
COPY x402-tower x402-tower
COPY examples examples
COPY benches benches
COPY browser browser
COPY tests tests
# Crates that were downloaded or compiled for an earlier image are in these caches, so that a change of ours compiles
# ours only. The caches are no part of the image, hence the copies. Both programs are built: nearly all of it is common.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release -p premium_server -p facilitator_server \
    && cp target/release/premium_server target/release/facilitator_server /usr/local/bin/

FROM debian:bookworm-slim AS run
# Certificates for 1Shot's API, and something to ask for the health with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates wget \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin x402
USER 10001
# In a container 127.0.0.1 is the container's own, which nobody outside can reach.
ENV LISTEN_ADDRESS=0.0.0.0 LOG_FORMAT=json

FROM run AS facilitator_server
COPY --from=build /usr/local/bin/facilitator_server /usr/local/bin/facilitator_server
ENV PORT=8403
EXPOSE 8403
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD wget -q -O /dev/null "http://127.0.0.1:${PORT:-8403}/healthcheck" || exit 1
# It hears the signals itself: no shell between.
ENTRYPOINT ["facilitator_server"]

# The last one is what is built unless told otherwise.
FROM run AS premium_server
COPY --from=build /usr/local/bin/premium_server /usr/local/bin/premium_server
ENV PORT=8402
EXPOSE 8402
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD wget -q -O /dev/null "http://127.0.0.1:${PORT:-8402}/healthcheck" || exit 1
ENTRYPOINT ["premium_server"]
