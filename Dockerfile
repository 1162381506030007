# docker build --build-arg VERSION="$(git describe --tags --always --dirty)" -t confboard .
# docker run -p 8080:8080 -v confboard:/data -e CONFBOARD_OPENTONETWORK=true confboard
#
# Without CONFBOARD_OPENTONETWORK=true the board refuses to start: everybody who reaches the port would see it.

FROM node:22.21.1-bookworm-slim AS assets
WORKDIR /src/static
COPY static/package.json static/package-lock.json static/.npmrc ./
RUN npm ci --omit=dev

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=assets /src/static/node_modules static/node_modules
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X confboard/web/app.version=${VERSION}" -o /out/confboard . \
    && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/confboard /confboard
# A number, so that an orchestrator can tell that it is not root. A new volume at /data takes over this owner.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV CONFBOARD_LISTEN=:8080 CONFBOARD_DATADIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/confboard", "healthcheck"]
ENTRYPOINT ["/confboard"]
CMD ["serve"]
