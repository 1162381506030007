CREATE TABLE account (
    name       TEXT   NOT NULL PRIMARY KEY,
    role       TEXT   NOT NULL,
    hash       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE session (
    digest   TEXT   NOT NULL PRIMARY KEY,
    account  TEXT   NOT NULL,
    changed  BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    used_at  BIGINT NOT NULL
);
CREATE TABLE api_token (
    name       TEXT   NOT NULL PRIMARY KEY,
    digest     TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
