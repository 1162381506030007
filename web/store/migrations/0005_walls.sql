CREATE TABLE wall (
    id         TEXT   NOT NULL PRIMARY KEY,
    digest     TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    query      TEXT   NOT NULL,
    made_by    TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    build      TEXT   NOT NULL,
    screen     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    since_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
