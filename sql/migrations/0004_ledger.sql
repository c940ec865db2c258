-- The ledger, append-only: batch, cell, cause, difference. And the balances: its sums at the grains the screens ask.
-- Days are calendar days in the time zone of the world; counts are people, doses or records.

CREATE TABLE warehouse.ledger_people (
    batch_id        bigint NOT NULL,
    posting         integer NOT NULL,
    day             date NOT NULL,
    unit_id         integer NOT NULL,
    people          integer NOT NULL CHECK (people <> 0),
    stage           smallint NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    cause           warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_people IS
    'One row per batch, cause and cell (day the stage was reached, unit of residence, stage, age band, priority group, '
    'vaccine that reached it): the difference in people.';

CREATE TABLE warehouse.ledger_doses (
    batch_id           bigint NOT NULL,
    posting            integer NOT NULL,
    day                date NOT NULL,
    site_id            integer NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    doses              integer NOT NULL CHECK (doses <> 0),
    vaccine_id         smallint NOT NULL,
    dose_number        smallint NOT NULL,
    age_band           smallint NOT NULL,
    priority_group     smallint NOT NULL,
    cause              warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_doses IS
    'One row per batch, cause and cell (day, site, unit of residence, vaccine, dose number as recorded, age band, '
    'priority group): the difference in doses, duplicates left out.';

CREATE TABLE warehouse.ledger_entries (
    batch_id                 bigint NOT NULL,
    posting                  integer NOT NULL,
    day                      date NOT NULL,
    site_id                  integer NOT NULL,
    place_unit_id            integer NOT NULL,
    hour                     smallint NOT NULL,
    cause                    warehouse.cause NOT NULL,
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
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_entries IS
    'One row per batch, cause and cell (day, hour, site): the differences in what the directive asks of each dose, '
    'all of them numbers of doses except duplicates. entered_* are calendar days from injection to entry.';

CREATE TABLE warehouse.balance_people (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, priority_group, vaccine_id, age_band, unit_id, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people IS 'One row per cell of ledger_people: its sum. For filters by group or vaccine over days.';

CREATE TABLE warehouse.balance_people_total (
    stage           smallint NOT NULL,
    unit_id         integer NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, unit_id, age_band, priority_group, vaccine_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_total IS 'balance_people without the day: where everybody stands now.';

CREATE TABLE warehouse.balance_people_day (
    stage     smallint NOT NULL,
    unit_id   integer NOT NULL,
    day       date NOT NULL,
    age_band  smallint NOT NULL,
    people    integer NOT NULL,
    PRIMARY KEY (stage, unit_id, day, age_band)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_day IS 'balance_people without group and vaccine: trends, pace, today.';

CREATE TABLE warehouse.balance_doses (
    priority_group     smallint NOT NULL,
    vaccine_id         smallint NOT NULL,
    age_band           smallint NOT NULL,
    dose_number        smallint NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    day                date NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (priority_group, vaccine_id, age_band, dose_number, place_unit_id, residence_unit_id, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses IS 'One row per cell of ledger_doses, by unit instead of site: its sum.';

CREATE TABLE warehouse.balance_doses_total (
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    vaccine_id         smallint NOT NULL,
    dose_number        smallint NOT NULL,
    age_band           smallint NOT NULL,
    priority_group     smallint NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_total IS 'balance_doses without the day.';

CREATE TABLE warehouse.balance_doses_day (
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    day                date NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (day, place_unit_id, residence_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_day IS 'balance_doses by day and the two units alone: trends, the reconciliation strip.';

CREATE TABLE warehouse.balance_doses_site (
    site_id      integer NOT NULL,
    day          date NOT NULL,
    vaccine_id   smallint NOT NULL,
    dose_number  smallint NOT NULL,
    doses        integer NOT NULL,
    PRIMARY KEY (site_id, day, vaccine_id, dose_number)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_site IS 'The sum of ledger_doses by site, day, vaccine and dose number.';

CREATE TABLE warehouse.balance_entries (
    day                      date NOT NULL,
    site_id                  integer NOT NULL,
    place_unit_id            integer NOT NULL,
    hour                     smallint NOT NULL,
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
    PRIMARY KEY (day, site_id, place_unit_id, hour)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_entries IS 'One row per cell of ledger_entries: its sums.';
