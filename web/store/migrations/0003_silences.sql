CREATE TABLE silence (
    conf_id  TEXT   NOT NULL,
    rule     TEXT   NOT NULL,
    field    TEXT   NOT NULL,
    profile  TEXT   NOT NULL,
    seen     BIGINT NOT NULL,
    made_by  TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    made_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    PRIMARY KEY (conf_id, rule, field, profile)
);
