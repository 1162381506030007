CREATE TABLE link (
    id           TEXT   NOT NULL PRIMARY KEY,
    digest       TEXT   NOT NULL UNIQUE,
    conf_id      TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    made_by      TEXT   NOT NULL,
    shows_names  BIGINT NOT NULL,
    shows_people BIGINT NOT NULL,
    shows_layout BIGINT NOT NULL,
    with_meeting BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    began_at     BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    revoked_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL
);
