-- What a source does not give is unknown: neither done nor left undone.

ALTER TABLE warehouse.injection ADD COLUMN told integer;
COMMENT ON COLUMN warehouse.injection.told IS
    'Which optional fields the source gave when it delivered this record, a bit each (sql/told.py). NULL: it came before this '
    'was kept; what its source told then is source.told_before.';

ALTER TABLE warehouse.source ADD COLUMN told integer, ADD COLUMN told_before integer;
COMMENT ON COLUMN warehouse.source.told IS 'Which optional fields the settings map now, as in injection.told; NULL: they name this source no more.';
COMMENT ON COLUMN warehouse.source.told_before IS
    'The same, for injections whose own told is NULL: what the settings said when this warehouse first kept it.';

-- Of the doses: those of which the source does not tell it. Every share leaves them out.
ALTER TABLE warehouse.ledger_entries ADD COLUMN identity_unknown integer NOT NULL DEFAULT 0,
    ADD COLUMN certificates_unknown integer NOT NULL DEFAULT 0, ADD COLUMN app_unknown integer NOT NULL DEFAULT 0;
ALTER TABLE warehouse.balance_entries ADD COLUMN identity_unknown integer NOT NULL DEFAULT 0,
    ADD COLUMN certificates_unknown integer NOT NULL DEFAULT 0, ADD COLUMN app_unknown integer NOT NULL DEFAULT 0;
