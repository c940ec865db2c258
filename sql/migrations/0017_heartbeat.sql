-- Whether anybody reads the sources: said each second by the ETL that leads, apart from its batches, which take longer.
CREATE TABLE warehouse.heartbeat (
    is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    beat_at  timestamptz
);
COMMENT ON TABLE warehouse.heartbeat IS
    'One row: when the ETL that leads last gave a sign of life, by the clock of this server; none before the first.';
INSERT INTO warehouse.heartbeat DEFAULT VALUES;
INSERT INTO warehouse.placement VALUES ('heartbeat', 'local');
