-- Verbs while an ETL leads are handed to it; and a source remembers by which settings its quarantine was last tried.

CREATE TABLE warehouse.request (
    request_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verb        text NOT NULL,
    arguments   jsonb NOT NULL,
    asked_by    text NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'refused', 'failed', 'withdrawn')),
    done        bigint NOT NULL DEFAULT 0,
    expected    bigint,
    heard_at    timestamptz,
    answer      json,
    code        smallint,
    reason      text,
    ended_at    timestamptz,
    CHECK ((state = 'done') <= (code IS NOT NULL)),
    CHECK ((state IN ('refused', 'failed')) <= (reason IS NOT NULL))
);
COMMENT ON TABLE warehouse.request IS
    'One row per verb that an operator handed to the ETL that leads: who asked, how far it is, what came of it.';
COMMENT ON COLUMN warehouse.request.heard_at IS
    'When the leader last gave a sign that it works on it, by the real clock, also where the figures'' clock is shifted.';
CREATE INDEX request_to_do ON warehouse.request (request_id) WHERE state IN ('waiting', 'running');

INSERT INTO warehouse.placement VALUES ('request', 'local');

ALTER TABLE warehouse.source ADD mapping_fingerprint text, ADD retry_due_at timestamptz;
COMMENT ON COLUMN warehouse.source.mapping_fingerprint IS 'Of the settings by which the records of this source were last read.';
COMMENT ON COLUMN warehouse.source.retry_due_at IS
    'Settings or reference data changed then, and the quarantine was not yet tried again since.';
