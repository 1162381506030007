CREATE TABLE oidc_session (
    digest   TEXT   NOT NULL PRIMARY KEY,
    issuer   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    terms    TEXT   NOT NULL,
    began_at BIGINT NOT NULL
);
