FROM oven/bun:1.4.5-debian AS build
WORKDIR /latch
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production
COPY tsconfig.json ./
COPY scripts scripts
COPY drizzle drizzle
COPY src src
ARG LATCH_COMMIT
RUN bun scripts/build.ts && mkdir /empty

# Distroless cc: glibc, libgcc and CA certificates, which is all that the binary needs; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /latch/dist/latch /usr/local/bin/latch
COPY --from=build --chown=65532:65532 /empty /data
COPY LICENSE /usr/share/doc/latch/LICENSE

# The database driver is unpacked into TMPDIR at start, which must be writable and not noexec,
# also with --read-only (the volume sees to that; a tmpfs needs `--tmpfs /tmp:exec,mode=1777`).
# Set, these variables would let Bun run other code inside latch, let a debugger in, print secrets, or
# accept any TLS certificate.
ENV TMPDIR=/tmp \
    BUN_OPTIONS= BUN_INSPECT= BUN_INSPECT_CONNECT_TO= BUN_BE_BUN= \
    BUN_CONFIG_VERBOSE_FETCH= NODE_TLS_REJECT_UNAUTHORIZED= \
    LATCH_DATA_DIR=/data \
    LATCH_HOST=0.0.0.0
VOLUME ["/data", "/tmp"]

# Listening on all addresses, latch wants LATCH_PUBLIC_URL: the address that browsers come back to.
EXPOSE 4400
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/usr/local/bin/latch", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/latch"]
CMD ["serve"]
