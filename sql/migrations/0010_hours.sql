-- The hour of injection is asked of one day at a time and with doses alone: with it in the key of balance_entries, what a
-- site did in some months was the sum of nine times as many rows.

CREATE TABLE warehouse.balance_hours (
    day            date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    hour           smallint NOT NULL,
    doses          integer NOT NULL,
    PRIMARY KEY (day, site_id, place_unit_id, hour)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_hours IS
    'The doses of ledger_entries by day, site and hour of injection, in the time zone of the world: its sum.';
INSERT INTO warehouse.placement VALUES ('balance_hours', 'local');

INSERT INTO warehouse.balance_hours (day, site_id, place_unit_id, hour, doses)
SELECT day, site_id, place_unit_id, hour, doses FROM warehouse.balance_entries WHERE doses <> 0
ORDER BY day, site_id, place_unit_id, hour;

ALTER TABLE warehouse.balance_entries RENAME TO balance_entries_by_hour;
ALTER TABLE warehouse.balance_entries_by_hour RENAME CONSTRAINT balance_entries_pkey TO balance_entries_by_hour_pkey;

CREATE TABLE warehouse.balance_entries (
    day                      date NOT NULL,
    site_id                  integer NOT NULL,
    place_unit_id            integer NOT NULL,
    doses                    integer NOT NULL,
    duplicates               integer NOT NULL,
    identity_correct_before  integer NOT NULL,
    identity_not_sent        integer NOT NULL,
    identity_no_id           integer NOT NULL,
    identity_bad_format      integer NOT NULL,
    identity_pending         integer NOT NULL,
    identity_correct         integer NOT NULL,
    identity_wrong           integer NOT NULL,
    identity_not_applicable  integer NOT NULL,
    certificates_printed     integer NOT NULL,
    app_confirmed            integer NOT NULL,
    entered_within_72h       integer NOT NULL,
    entered_same_day         integer NOT NULL,
    entered_day_1            integer NOT NULL,
    entered_day_2            integer NOT NULL,
    entered_day_3            integer NOT NULL,
    entered_days_4_7         integer NOT NULL,
    entered_days_8_14        integer NOT NULL,
    entered_later            integer NOT NULL,
    entered_unknown          integer NOT NULL,
    PRIMARY KEY (day, site_id, place_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_entries IS 'The sums of ledger_entries by day and site.';

INSERT INTO warehouse.balance_entries
SELECT day, site_id, place_unit_id,
    sum(doses), sum(duplicates), sum(identity_correct_before), sum(identity_not_sent), sum(identity_no_id),
    sum(identity_bad_format), sum(identity_pending), sum(identity_correct), sum(identity_wrong),
    sum(identity_not_applicable), sum(certificates_printed), sum(app_confirmed), sum(entered_within_72h),
    sum(entered_same_day), sum(entered_day_1), sum(entered_day_2), sum(entered_day_3), sum(entered_days_4_7),
    sum(entered_days_8_14), sum(entered_later), sum(entered_unknown)
FROM warehouse.balance_entries_by_hour GROUP BY day, site_id, place_unit_id
ORDER BY day, site_id, place_unit_id;
DROP TABLE warehouse.balance_entries_by_hour;
