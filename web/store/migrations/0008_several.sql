CREATE TABLE instance (
    name      TEXT   NOT NULL PRIMARY KEY,
    number    BIGINT NOT NULL UNIQUE,
    joined_at BIGINT NOT NULL,
    proof     TEXT   NOT NULL
);
CREATE TABLE instance_run (
    instance   TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (instance, started_at)
);
INSERT INTO instance_run (instance, started_at, seen_at) SELECT '', started_at, seen_at FROM board_run;
DROP TABLE board_run;
ALTER TABLE occurrence ADD COLUMN holder TEXT NOT NULL DEFAULT '';
CREATE INDEX occurrence_conf_id ON occurrence (conf_id, id);
CREATE INDEX occurrence_held ON occurrence (holder) WHERE left_at = 0;
CREATE INDEX occurrence_unended ON occurrence (left_at) WHERE ended_at = 0;
ALTER TABLE silence ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE silence ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE wall ADD COLUMN seen_on TEXT NOT NULL DEFAULT '';
CREATE TABLE news (
    id   TEXT   NOT NULL PRIMARY KEY,
    what TEXT   NOT NULL,
    at   BIGINT NOT NULL
);
CREATE TABLE meeting_by_hand (
    conf_id  TEXT   NOT NULL PRIMARY KEY,
    place    BIGINT NOT NULL,
    password TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    grp      TEXT   NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE TABLE admin_token (
    id     BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
