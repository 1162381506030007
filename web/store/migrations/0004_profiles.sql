CREATE TABLE profile (
    id         TEXT   NOT NULL PRIMARY KEY,
    place      BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE profile_entry (
    profile TEXT NOT NULL,
    name    TEXT NOT NULL,
    said    TEXT NOT NULL,
    PRIMARY KEY (profile, name)
);
CREATE TABLE rule_limit (
    rule       TEXT   NOT NULL PRIMARY KEY,
    severity   TEXT   NOT NULL,
    lasts      TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
);
