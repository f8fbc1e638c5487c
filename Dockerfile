# The engine. Asterisk is not in it: give its address by STROWGER_ARI_URL and the others (docs/operating.md).
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv
RUN python3 -m venv /opt/strowger
COPY requirements.lock /src/
RUN /opt/strowger/bin/pip install --no-cache-dir --require-hashes -r /src/requirements.lock
COPY . /src
RUN /opt/strowger/bin/pip install --no-cache-dir --no-deps /src

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/strowger --create-home strowger
COPY --from=build /opt/strowger /opt/strowger
ENV PATH=/opt/strowger/bin:$PATH \
    STROWGER_DATA_DIR=/var/lib/strowger \
    STROWGER_ROUTING_FILE=/etc/strowger/routing.yaml \
    STROWGER_LOG_FORMAT=json
USER strowger
VOLUME /var/lib/strowger
EXPOSE 8480
ENTRYPOINT ["acd"]
CMD ["run"]
