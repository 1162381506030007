CREATE TABLE board_run (
    started_at BIGINT NOT NULL PRIMARY KEY,
    seen_at    BIGINT NOT NULL
);
CREATE TABLE occurrence (
    id           BIGINT NOT NULL PRIMARY KEY,
    conf_id      TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    owner        TEXT   NOT NULL,
    title_folded TEXT   NOT NULL,
    owner_folded TEXT   NOT NULL,
    watched_at   BIGINT NOT NULL,
    began_at     BIGINT NOT NULL,
    began_before BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    left_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    people       BIGINT NOT NULL,
    summary      TEXT   NOT NULL
);
CREATE INDEX occurrence_began ON occurrence (began_at, id);
CREATE INDEX occurrence_until ON occurrence (until_at);
CREATE TABLE timeline (
    occurrence  BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    grp         BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    personal    TEXT   NOT NULL,
    PRIMARY KEY (occurrence, seq)
);
CREATE INDEX timeline_received ON timeline (received_at);
CREATE INDEX timeline_personal ON timeline (received_at) WHERE personal <> '' AND personal <> '-';
