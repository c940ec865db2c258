-- The ledgers, append-only: batch, cell, cause, difference. And the balances: their sums at the grains the screens ask.
-- Days are calendar days in the time zone of the world; counts are people, doses or records.

-- As of a batch: the days known by then, less what was posted for them since. What came late lies all over a ledger: with
-- what is asked of it in the index by day, it is read in one piece.

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
CREATE INDEX ledger_people_of_day ON warehouse.ledger_people (day, batch_id)
    INCLUDE (unit_id, people, stage, age_band, priority_group, vaccine_id);

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
CREATE INDEX ledger_doses_of_day ON warehouse.ledger_doses (day, batch_id)
    INCLUDE (place_unit_id, residence_unit_id, doses, vaccine_id, dose_number, age_band, priority_group);
-- A question of several filters about some units reads their postings alone. Small: many postings a unit share one entry of
-- the index.
CREATE INDEX ledger_doses_of_place ON warehouse.ledger_doses (place_unit_id);
CREATE INDEX ledger_doses_of_residence ON warehouse.ledger_doses (residence_unit_id);

-- *_unknown are the doses of which the source does not tell it: every share leaves them out.
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
    identity_unknown         integer NOT NULL DEFAULT 0,
    certificates_unknown     integer NOT NULL DEFAULT 0,
    app_unknown              integer NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_entries IS
    'One row per batch, cause and cell (day, hour, site): the differences in what the directive asks of each dose, '
    'all of them numbers of doses except duplicates. entered_* are calendar days from injection to entry.';
CREATE INDEX ledger_entries_of_day ON warehouse.ledger_entries (day, batch_id);

CREATE TABLE warehouse.ledger_entered (
    batch_id       bigint NOT NULL,
    posting        integer NOT NULL,
    day            date NOT NULL,
    entered_on     date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL CHECK (doses <> 0),
    cause          warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_entered IS
    'One row per batch, cause and cell (day of injection, day of entry, site): the difference in doses, duplicates left out.';
COMMENT ON COLUMN warehouse.ledger_entered.entered_on IS
    'Calendar day of recorded_at in the time zone of the world; 9999-12-31 where the source does not say when.';

CREATE TABLE warehouse.ledger_lots (
    batch_id       bigint NOT NULL,
    posting        integer NOT NULL,
    day            date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL CHECK (doses <> 0),
    vaccine_id     smallint NOT NULL,
    dose_number    smallint NOT NULL,
    cause          warehouse.cause NOT NULL,
    lot_number     text COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, posting)
);
COMMENT ON TABLE warehouse.ledger_lots IS
    'One row per batch, cause and cell (day, site, vaccine, dose number as recorded, lot): the difference in doses, '
    'duplicates left out.';
COMMENT ON COLUMN warehouse.ledger_lots.lot_number IS 'As recorded; empty where no lot is.';

CREATE TABLE warehouse.posted_day (
    day          date PRIMARY KEY,
    first_batch  bigint NOT NULL
);
COMMENT ON TABLE warehouse.posted_day IS
    'One row per day that doses were ever posted for, with the first batch that did: as of an earlier batch nothing of '
    'that day was known. A stage is reached on the day of a dose, so this holds for people, too.';

-- A page of one unit reads what lies there, however much the others hold: the unit comes before what is asked of it.
CREATE TABLE warehouse.balance_people (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, unit_id, priority_group, vaccine_id, age_band, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people IS 'One row per cell of ledger_people: its sum. For filters by group or vaccine over days.';
-- CLUSTER lays together what a page reads together (10 M injections: 5 s).
ALTER TABLE warehouse.balance_people CLUSTER ON balance_people_pkey;
-- What falls due in some days, by vaccine; the key leads there only through every group and vaccine.
CREATE INDEX balance_people_pending ON warehouse.balance_people (unit_id, day) WHERE stage = 5;

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

CREATE TABLE warehouse.balance_people_unit (
    stage     smallint NOT NULL,
    unit_id   integer NOT NULL,
    age_band  smallint NOT NULL,
    people    integer NOT NULL,
    PRIMARY KEY (stage, unit_id, age_band)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_unit IS 'balance_people_day without the day: where everybody stands now, with no filter but age.';

CREATE TABLE warehouse.balance_people_world (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, priority_group, vaccine_id, age_band, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_world IS 'The sum of ledger_people by all but the unit: of those who live in the world.';

-- No question asks for both units together with an age, a group or a vaccine; what asks for more than one of these reads the
-- postings of the days in question, which their index holds whole.
CREATE TABLE warehouse.balance_doses_unit (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_unit IS
    'The sum of ledger_doses by day and one unit at a time, each dose under the unit of injection (is_by_place) and under '
    'the unit of residence, four ways, -1 standing for all: everything, by vaccine and dose number, by age, by group. For '
    'trends and the mix of vaccines with at most one filter.';

CREATE TABLE warehouse.balance_doses_total (
    is_by_place     boolean NOT NULL,
    unit_id         integer NOT NULL,
    vaccine_id      smallint NOT NULL,
    dose_number     smallint NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_total IS 'The sum of ledger_doses over all days by one unit at a time and all else but the site.';

CREATE TABLE warehouse.balance_doses_world (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, priority_group, age_band, vaccine_id, dose_number, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_world IS
    'The sum of ledger_doses by all but the units and the site: of what was injected in the world (is_by_place), and of '
    'those who live there.';

CREATE TABLE warehouse.balance_doses_day (
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    day                date NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (day, place_unit_id, residence_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_day IS
    'The sum of ledger_doses by day and the two units: the days of the reconciliation strip that make no whole month.';

CREATE TABLE warehouse.balance_doses_pair (
    month              date NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (month, place_unit_id, residence_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_pair IS
    'balance_doses_day by month, named by its first day: the whole months of the reconciliation strip.';

-- The hour of injection is asked of one day at a time and with doses alone: with it in the key of balance_entries, what a
-- site did in some months was the sum of nine times as many rows.
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
    identity_unknown         integer NOT NULL DEFAULT 0,
    certificates_unknown     integer NOT NULL DEFAULT 0,
    app_unknown              integer NOT NULL DEFAULT 0,
    PRIMARY KEY (day, site_id, place_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_entries IS 'The sums of ledger_entries by day and site.';

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

CREATE TABLE warehouse.balance_entered (
    day            date NOT NULL,
    entered_on     date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL,
    PRIMARY KEY (day, site_id, entered_on, place_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_entered IS
    'One row per cell of ledger_entered: its sum. For the late-entry triangle and each site''s queue of late entries.';
CREATE INDEX balance_entered_on ON warehouse.balance_entered (entered_on);

CREATE TABLE warehouse.balance_lots (
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    day            date NOT NULL,
    doses          integer NOT NULL,
    vaccine_id     smallint NOT NULL,
    dose_number    smallint NOT NULL,
    lot_number     text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, day, vaccine_id, dose_number, lot_number, place_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_lots IS
    'One row per cell of ledger_lots: its sum. For a site''s vaccines of some days, and where a lot went.';
CREATE INDEX balance_lots_of_lot ON warehouse.balance_lots (upper(lot_number));
CREATE INDEX balance_lots_of_day ON warehouse.balance_lots (day);

CREATE TABLE warehouse.site_heard (
    site_id   integer PRIMARY KEY,
    heard_at  timestamptz NOT NULL
);
COMMENT ON TABLE warehouse.site_heard IS
    'One row per site that a record came from: the latest recorded_at that arrived. A stamp of now, part of no as-of; it '
    'never goes back, also when that record is corrected.';
