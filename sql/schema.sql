-- Every table of the warehouse, by name: for reading, and to see what a migration changes. Written by python -m sql.schema
-- from what sql/migrations made; the figures over it are sql/views.

CREATE TYPE warehouse.cause AS ENUM ('new', 'late', 'corrected', 'voided', 'vanished', 'duplicate', 'reclassified');
CREATE TYPE warehouse.dose_kind AS ENUM ('primary', 'additional', 'booster');
CREATE TYPE warehouse.identity_status AS ENUM ('not_sent', 'no_id', 'bad_format', 'pending', 'correct', 'wrong', 'not_applicable', 'unknown');
CREATE TYPE warehouse.record_status AS ENUM ('completed', 'entered-in-error', 'not-done', 'vanished');
CREATE TYPE warehouse.sex AS ENUM ('female', 'male', 'other', 'unknown');

-- One row per age band of the settings, in years; 0 = age unknown. Eligible bands make the default denominator.
CREATE TABLE warehouse.age_band (
    age_band     smallint NOT NULL,
    label        text NOT NULL,
    from_age     smallint,
    to_age       smallint,
    is_eligible  boolean NOT NULL,
    PRIMARY KEY (age_band),
    CHECK (age_band >= 0)
);

-- The sum of ledger_doses by day and the two units: the days of the reconciliation strip that make no whole month.
CREATE TABLE warehouse.balance_doses_pair_day (
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    day                date NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (day, place_unit_id, residence_unit_id)
) WITH (fillfactor=85);

-- balance_doses_pair_day by month, named by its first day: the whole months of the reconciliation strip.
CREATE TABLE warehouse.balance_doses_pair_month (
    month              date NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (month, place_unit_id, residence_unit_id)
) WITH (fillfactor=85);

-- The doses of ledger_entries by day, site and hour of injection, in the time zone of the world: its sum.
CREATE TABLE warehouse.balance_doses_site_hour (
    day            date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    hour           smallint NOT NULL,
    doses          integer NOT NULL,
    PRIMARY KEY (day, site_id, place_unit_id, hour)
) WITH (fillfactor=85);

-- The sum of ledger_doses by day and one unit at a time, each dose under the unit of injection (is_by_place) and under the
-- unit of residence, four ways, -1 standing for all: everything, by vaccine and dose number, by age, by group. For trends
-- and the mix of vaccines with at most one filter.
CREATE TABLE warehouse.balance_doses_unit_day (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day)
) WITH (fillfactor=85);

-- The sum of ledger_doses over all days by one unit at a time and all else but the site.
CREATE TABLE warehouse.balance_doses_unit_filters (
    is_by_place     boolean NOT NULL,
    unit_id         integer NOT NULL,
    vaccine_id      smallint NOT NULL,
    dose_number     smallint NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group)
) WITH (fillfactor=85);

-- The sum of ledger_doses by all but the units and the site: of what was injected in the world (is_by_place), and of those
-- who live there.
CREATE TABLE warehouse.balance_doses_world_day_filters (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, priority_group, age_band, vaccine_id, dose_number, day)
) WITH (fillfactor=85);

-- The sums of ledger_entries by day and site.
CREATE TABLE warehouse.balance_entries_site_day (
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
) WITH (fillfactor=85);

-- One row per cell of ledger_entry_days: its sum. For the late-entry triangle and each site's queue of late entries.
CREATE TABLE warehouse.balance_entry_days (
    day            date NOT NULL,
    entered_on     date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL,
    PRIMARY KEY (day, site_id, entered_on, place_unit_id)
) WITH (fillfactor=85);
CREATE INDEX balance_entry_days_of_entry ON warehouse.balance_entry_days USING btree (entered_on);

-- One row per cell of ledger_lots: its sum. For a site's vaccines of some days, and where a lot went.
CREATE TABLE warehouse.balance_lots (
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    day            date NOT NULL,
    doses          integer NOT NULL,
    vaccine_id     smallint NOT NULL,
    dose_number    smallint NOT NULL,
    lot_number     text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, day, vaccine_id, dose_number, lot_number, place_unit_id)
) WITH (fillfactor=85);
CREATE INDEX balance_lots_of_day ON warehouse.balance_lots USING btree (day);
CREATE INDEX balance_lots_of_lot ON warehouse.balance_lots USING btree (upper(lot_number));

-- One row per cell of ledger_people: its sum. For filters by group or vaccine over days.
CREATE TABLE warehouse.balance_people (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, unit_id, priority_group, vaccine_id, age_band, day)
) WITH (fillfactor=85);
CREATE INDEX balance_people_pending ON warehouse.balance_people USING btree (unit_id, day) WHERE (stage = 5);

-- balance_people_unit_day without the day: where everybody stands now, with no filter but age.
CREATE TABLE warehouse.balance_people_unit (
    stage     smallint NOT NULL,
    unit_id   integer NOT NULL,
    age_band  smallint NOT NULL,
    people    integer NOT NULL,
    PRIMARY KEY (stage, unit_id, age_band)
) WITH (fillfactor=85);

-- balance_people without group and vaccine: trends, pace, today.
CREATE TABLE warehouse.balance_people_unit_day (
    stage     smallint NOT NULL,
    unit_id   integer NOT NULL,
    day       date NOT NULL,
    age_band  smallint NOT NULL,
    people    integer NOT NULL,
    PRIMARY KEY (stage, unit_id, day, age_band)
) WITH (fillfactor=85);

-- balance_people without the day: where everybody stands now.
CREATE TABLE warehouse.balance_people_unit_filters (
    stage           smallint NOT NULL,
    unit_id         integer NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, unit_id, age_band, priority_group, vaccine_id)
) WITH (fillfactor=85);

-- The sum of ledger_people by all but the unit: of those who live in the world.
CREATE TABLE warehouse.balance_people_world_day_filters (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, priority_group, vaccine_id, age_band, day)
) WITH (fillfactor=85);

-- One row per committed transaction of the ETL; batch_id is the unit of "as of" and the version of every figure.
CREATE TABLE warehouse.batch (
    batch_id      bigint NOT NULL,
    source_id     smallint,
    kind          text NOT NULL,
    unit          text,
    started_at    timestamp with time zone NOT NULL,
    committed_at  timestamp with time zone NOT NULL,
    received      integer NOT NULL DEFAULT 0,
    loaded        integer NOT NULL DEFAULT 0,
    unchanged     integer NOT NULL DEFAULT 0,
    quarantined   integer NOT NULL DEFAULT 0,
    corrected     integer NOT NULL DEFAULT 0,
    voided        integer NOT NULL DEFAULT 0,
    -- Records taken out, less those that came back with this batch.
    vanished      integer NOT NULL DEFAULT 0,
    -- Records loaded earlier that came under another person.
    moved         integer NOT NULL DEFAULT 0,
    -- Records whose vaccine or site the tables do not know.
    unmapped      integer NOT NULL DEFAULT 0,
    -- Records loaded whose code of residence is no code.
    unrecognised  integer NOT NULL DEFAULT 0,
    -- Records loaded of people who live outside the world.
    outside       integer NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id),
    CHECK (received = (loaded + unchanged + quarantined)),
    CHECK (kind = ANY (ARRAY['records'::text, 'look-back'::text, 'retry'::text, 'rebuild'::text, 'reference'::text, 'vanished'::text, 'reconcile'::text]))
);
CREATE INDEX batch_committed_at ON warehouse.batch USING btree (committed_at);
CREATE INDEX batch_of_source ON warehouse.batch USING btree (source_id, batch_id);

-- One row per booster and validity: days since the primary series (booster 1) or since booster 1 (booster 2).
CREATE TABLE warehouse.booster_rule (
    booster     smallint NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date NOT NULL DEFAULT 'infinity'::date,
    min_days    integer NOT NULL,
    PRIMARY KEY (booster, valid_from),
    EXCLUDE USING gist (int4range(booster::integer, booster::integer, '[]'::text) WITH =, daterange(valid_from, valid_to, '[]'::text) WITH &&) DEFERRABLE,
    CHECK (booster = ANY (ARRAY[1, 2])),
    CHECK (valid_from <= valid_to),
    CHECK (min_days >= 0)
);

-- One row per stop of a source: what looked wrong, and in which delivery. A release is for that delivery alone and ends with
-- it.
CREATE TABLE warehouse.brake (
    brake_id     integer NOT NULL GENERATED ALWAYS AS IDENTITY,
    source_id    smallint NOT NULL,
    state        text NOT NULL DEFAULT 'standing'::text,
    criterion    text NOT NULL,
    reason       text NOT NULL,
    kind         text NOT NULL,
    unit         text,
    -- Checksum of what was stopped: the SHA-256 of a file, or of the records of a batch.
    content      text NOT NULL,
    -- Of a batch: 8 bytes of a hash of each of its records, sorted; while it is open.
    seen         bytea,
    page_size    integer,
    -- Of a batch of a database: the time of change of its last record.
    read_to      timestamp with time zone,
    received     bigint,
    found        bigint,
    allowed      real,
    -- The file that a file was measured against.
    measured_by  text,
    braked_at    timestamp with time zone NOT NULL,
    released_at  timestamp with time zone,
    ended_at     timestamp with time zone,
    PRIMARY KEY (brake_id),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id),
    CHECK (state = ANY (ARRAY['standing'::text, 'released'::text, 'passed'::text, 'ended'::text]))
);
CREATE UNIQUE INDEX brake_open ON warehouse.brake USING btree (source_id) WHERE (state = ANY (ARRAY['standing'::text, 'released'::text]));

-- One row per stop, rule and field: how many records, and some of them by number with their values; no ID, no name, of a
-- birth date the year alone.
CREATE TABLE warehouse.brake_finding (
    brake_id  integer NOT NULL,
    rule      text NOT NULL,
    field     text NOT NULL,
    records   bigint NOT NULL,
    examples  jsonb NOT NULL,
    PRIMARY KEY (brake_id, rule, field),
    FOREIGN KEY (brake_id) REFERENCES warehouse.brake(brake_id) ON DELETE CASCADE
);

-- One row per closing (chốt số liệu): a named, immutable as-of.
CREATE TABLE warehouse.closing (
    closing_id  integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name        text NOT NULL,
    batch_id    bigint NOT NULL,
    closed_at   timestamp with time zone NOT NULL,
    closed_by   text NOT NULL,
    checksum    text NOT NULL,
    PRIMARY KEY (closing_id),
    UNIQUE (name),
    FOREIGN KEY (batch_id) REFERENCES warehouse.batch(batch_id)
);

-- One row per file and content that a source delivered, with its outcome.
CREATE TABLE warehouse.delivery (
    source_id      smallint NOT NULL,
    path           text NOT NULL,
    sha256         text NOT NULL,
    size_bytes     bigint NOT NULL,
    modified_at    timestamp with time zone NOT NULL,
    records_done   integer NOT NULL DEFAULT 0,
    state          text NOT NULL,
    reason         text,
    first_seen_at  timestamp with time zone NOT NULL,
    ended_at       timestamp with time zone,
    -- The file's inode and the last change of it: with size and time, what tells cheaply that it may be another.
    mark           text,
    -- Time of change of its records that carry none of their own: the file's, but after that of any delivery before it.
    stamped_at     timestamp with time zone NOT NULL,
    -- Records that earlier versions of it held and no delivery holds now, while they are counted on.
    missing        integer NOT NULL DEFAULT 0,
    -- Whether something of this name lay in the folder at the last look.
    is_there       boolean NOT NULL DEFAULT true,
    PRIMARY KEY (source_id, path, sha256),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id),
    CHECK (missing >= 0),
    CHECK (state = ANY (ARRAY['loading'::text, 'done'::text, 'failed'::text, 'braked'::text]))
);

-- One row per vaccine, the vaccine given before it, and validity: a primary dose given less than min_days after the dose
-- before it, or a mix without a row here, does not count towards the series.
CREATE TABLE warehouse.dose_rule (
    vaccine_id            smallint NOT NULL,
    previous_vaccine_id   smallint NOT NULL,
    valid_from            date NOT NULL,
    valid_to              date NOT NULL DEFAULT 'infinity'::date,
    min_days              integer NOT NULL,
    recommended_min_days  integer NOT NULL,
    recommended_max_days  integer NOT NULL,
    PRIMARY KEY (vaccine_id, previous_vaccine_id, valid_from),
    EXCLUDE USING gist (int4range(vaccine_id::integer, vaccine_id::integer, '[]'::text) WITH =, int4range(previous_vaccine_id::integer, previous_vaccine_id::integer, '[]'::text) WITH =, daterange(valid_from, valid_to, '[]'::text) WITH &&) DEFERRABLE,
    FOREIGN KEY (previous_vaccine_id) REFERENCES warehouse.vaccine(vaccine_id),
    FOREIGN KEY (vaccine_id) REFERENCES warehouse.vaccine(vaccine_id),
    CHECK (valid_from <= valid_to),
    CHECK (min_days >= 0)
);

-- One row per record that counted when its source was forgotten, and per version that was open in quarantine (content): what
-- is to be brought back.
CREATE TABLE warehouse.forgotten (
    source_id  smallint NOT NULL,
    record_id  text COLLATE "C" NOT NULL,
    content    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid,
    PRIMARY KEY (source_id, record_id, content),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id)
);

-- One row: when the ETL that leads last gave a sign of life, by the clock of this server; none before the first.
CREATE TABLE warehouse.heartbeat (
    is_only  boolean NOT NULL DEFAULT true,
    beat_at  timestamp with time zone,
    PRIMARY KEY (is_only),
    CHECK (is_only)
);

-- One row per record of a source that passed the rules (FHIR Immunization), in its newest version. No foreign keys: each
-- check costs a look-up per row and its values come from joins with the tables it would point to; verify counts orphans
-- instead.
CREATE TABLE warehouse.injection (
    -- First 128 bits of a keyed HMAC of the ID; never updated.
    person_key               uuid NOT NULL,
    source_id                smallint NOT NULL,
    record_id                text COLLATE "C" NOT NULL,
    updated_at               timestamp with time zone NOT NULL,
    injected_at              timestamp with time zone,
    recorded_at              timestamp with time zone NOT NULL,
    identity_checked_at      timestamp with time zone,
    certificate_printed_at   timestamp with time zone,
    app_confirmed_at         timestamp with time zone,
    batch_id                 bigint NOT NULL,
    -- Calendar day of injected_at in the time zone of the world.
    injected_on              date,
    birth_date               date,
    site_id                  integer,
    place_unit_id            integer,
    residence_unit_id        integer NOT NULL,
    status                   warehouse.record_status NOT NULL,
    identity_status          warehouse.identity_status NOT NULL,
    sex                      warehouse.sex NOT NULL,
    dose_kind                warehouse.dose_kind,
    birth_year               smallint,
    vaccine_id               smallint,
    -- As recorded; 0 where the source gives no dose numbers.
    dose_number              smallint,
    priority_group           smallint NOT NULL,
    age_band                 smallint NOT NULL,
    is_recorded_at_inferred  boolean NOT NULL,
    -- The person has an earlier injection on the same day: shown, not counted.
    is_duplicate             boolean NOT NULL,
    -- Counts towards the primary series or a booster: interval and mix are in the rules.
    is_valid                 boolean NOT NULL,
    residence_code           text,
    lot_number               text,
    -- Which optional fields the source gave when it delivered this record, a bit each (sql/told.py). NULL: it came before
    -- this was kept; what its source told then is source.told_before.
    told                     integer,
    -- The spelling that the vaccine came by; NULL: by a version that did not keep it.
    vaccine_alias_id         smallint,
    -- The spelling that the site came by; NULL: its own code.
    site_alias_id            integer,
    -- Age on the day of injection, from age_from to age_to years, where the source gives it in place of a birth.
    age_from                 smallint,
    age_to                   smallint,
    -- The vaccine given before, where dose_rule says nothing of the two: so the dose does not count towards the series.
    unruled_after            smallint,
    PRIMARY KEY (person_key, source_id, record_id),
    CHECK (status <> 'completed'::warehouse.record_status OR injected_at IS NOT NULL AND injected_on IS NOT NULL AND site_id IS NOT NULL AND place_unit_id IS NOT NULL AND vaccine_id IS NOT NULL AND dose_number >= 0)
);
CREATE INDEX injection_not_recognised ON warehouse.injection USING btree (residence_code) WHERE ((residence_unit_id = '-2'::integer) AND (status = 'completed'::warehouse.record_status) AND (NOT is_duplicate));
CREATE INDEX injection_unruled ON warehouse.injection USING btree (unruled_after, vaccine_id, person_key) WHERE (unruled_after IS NOT NULL);

-- One row, locked by each batch: the fence against a stalled old leader, and the numbering of batches.
CREATE TABLE warehouse.leader (
    is_only         boolean NOT NULL DEFAULT true,
    -- Counts who led, and the migrations between: a batch of an earlier term is given up.
    term            bigint NOT NULL DEFAULT 0,
    last_batch_id   bigint NOT NULL DEFAULT 0,
    -- The balances hold the postings up to this batch; equal to last_batch_id except in the midst of a backfill.
    folded_through  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (is_only),
    CHECK (is_only)
);

-- One row per batch, cause and cell (day, site, unit of residence, vaccine, dose number as recorded, age band, priority
-- group): the difference in doses, duplicates left out.
CREATE TABLE warehouse.ledger_doses (
    batch_id           bigint NOT NULL,
    posting            integer NOT NULL,
    day                date NOT NULL,
    site_id            integer NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    doses              integer NOT NULL,
    vaccine_id         smallint NOT NULL,
    dose_number        smallint NOT NULL,
    age_band           smallint NOT NULL,
    priority_group     smallint NOT NULL,
    cause              warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting),
    CHECK (doses <> 0)
);
CREATE INDEX ledger_doses_of_day ON warehouse.ledger_doses USING btree (day, batch_id) INCLUDE (place_unit_id, residence_unit_id, doses, vaccine_id, dose_number, age_band, priority_group);
CREATE INDEX ledger_doses_of_place ON warehouse.ledger_doses USING btree (place_unit_id);
CREATE INDEX ledger_doses_of_residence ON warehouse.ledger_doses USING btree (residence_unit_id);

-- One row per batch, cause and cell (day, hour, site): the differences in what the directive asks of each dose, all of them
-- numbers of doses except duplicates. entered_* are calendar days from injection to entry.
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
CREATE INDEX ledger_entries_of_day ON warehouse.ledger_entries USING btree (day, batch_id);

-- One row per batch, cause and cell (day of injection, day of entry, site): the difference in doses, duplicates left out.
CREATE TABLE warehouse.ledger_entry_days (
    batch_id       bigint NOT NULL,
    posting        integer NOT NULL,
    day            date NOT NULL,
    -- Calendar day of recorded_at in the time zone of the world; 9999-12-31 where the source does not say when.
    entered_on     date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL,
    cause          warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting),
    CHECK (doses <> 0)
);

-- One row per batch, cause and cell (day, site, vaccine, dose number as recorded, lot): the difference in doses, duplicates
-- left out.
CREATE TABLE warehouse.ledger_lots (
    batch_id       bigint NOT NULL,
    posting        integer NOT NULL,
    day            date NOT NULL,
    site_id        integer NOT NULL,
    place_unit_id  integer NOT NULL,
    doses          integer NOT NULL,
    vaccine_id     smallint NOT NULL,
    dose_number    smallint NOT NULL,
    cause          warehouse.cause NOT NULL,
    -- As recorded; empty where no lot is.
    lot_number     text COLLATE "C" NOT NULL,
    PRIMARY KEY (batch_id, posting),
    CHECK (doses <> 0)
);

-- One row per batch, cause and cell (day the stage was reached, unit of residence, stage, age band, priority group, vaccine
-- that reached it): the difference in people.
CREATE TABLE warehouse.ledger_people (
    batch_id        bigint NOT NULL,
    posting         integer NOT NULL,
    day             date NOT NULL,
    unit_id         integer NOT NULL,
    people          integer NOT NULL,
    stage           smallint NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    cause           warehouse.cause NOT NULL,
    PRIMARY KEY (batch_id, posting),
    CHECK (people <> 0)
);
CREATE INDEX ledger_people_of_day ON warehouse.ledger_people USING btree (day, batch_id) INCLUDE (unit_id, people, stage, age_band, priority_group, vaccine_id);

-- One row per batch of a delivery: the records that it holds. As arrays, which are written and read whole: 1 M records are a
-- few rows. sha256 is empty for what earlier versions of a path held and none holds now.
CREATE TABLE warehouse.membership (
    source_id   smallint NOT NULL,
    path        text NOT NULL,
    sha256      text NOT NULL,
    part        integer NOT NULL,
    record_ids  text[] COLLATE "C" NOT NULL,
    -- Of a table that is read whole: a digest of 8 bytes a row, so that only rows that changed are loaded again.
    contents    bytea,
    PRIMARY KEY (source_id, path, sha256, part),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id)
);

-- One row per person with a counted injection: the course, i.e. the day each stage was reached, worked out from all
-- injections of the person in order.
CREATE TABLE warehouse.person (
    person_key           uuid NOT NULL,
    residence_unit_id    integer NOT NULL,
    first_on             date,
    complete_on          date,
    booster1_on          date,
    booster2_on          date,
    -- Day after which the longest recommended interval to the second dose has passed; NULL where one dose completes.
    second_due_on        date,
    age_band             smallint NOT NULL,
    priority_group       smallint NOT NULL,
    doses                smallint NOT NULL,
    first_vaccine_id     smallint,
    complete_vaccine_id  smallint,
    booster1_vaccine_id  smallint,
    booster2_vaccine_id  smallint,
    -- One ID came with two birth years or sexes.
    is_identity_shared   boolean NOT NULL,
    PRIMARY KEY (person_key)
);
CREATE INDEX person_shared ON warehouse.person USING btree (residence_unit_id) WHERE is_identity_shared;

-- One row per table: spread over machines by person_key, copied to each, or kept on the coordinator (Citus).
CREATE TABLE warehouse.placement (
    relation   text NOT NULL,
    placed_by  text NOT NULL,
    PRIMARY KEY (relation),
    CHECK (placed_by = ANY (ARRAY['person_key'::text, 'replicated'::text, 'local'::text]))
);

-- One row per version, unit, time in force and: everybody (both NULL), one age band, or one priority group.
CREATE TABLE warehouse.population (
    population_id   integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    version_id      integer NOT NULL,
    unit_id         integer NOT NULL,
    age_band        smallint,
    priority_group  smallint,
    persons         integer NOT NULL,
    -- The version does not say it: the sum of the units below.
    is_summed       boolean NOT NULL DEFAULT false,
    from_batch      bigint NOT NULL DEFAULT 0,
    until_batch     bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
    PRIMARY KEY (population_id),
    FOREIGN KEY (age_band) REFERENCES warehouse.age_band(age_band),
    FOREIGN KEY (unit_id) REFERENCES warehouse.unit(unit_id),
    FOREIGN KEY (version_id) REFERENCES warehouse.population_version(version_id),
    CHECK (age_band IS NULL OR priority_group IS NULL),
    CHECK (persons >= 0),
    CHECK (priority_group >= 1 AND priority_group <= 99)
);
CREATE UNIQUE INDEX population_now ON warehouse.population USING btree (version_id, unit_id, age_band, priority_group) NULLS NOT DISTINCT WHERE (until_batch = '9223372036854775807'::bigint);

-- One row per set of target populations: where it comes from, its date, and from when it is in force. Like population and
-- target never overwritten: in force as of the batches from from_batch until until_batch.
CREATE TABLE warehouse.population_version (
    version_id   integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name         text NOT NULL,
    source       text NOT NULL,
    dated_on     date NOT NULL,
    valid_from   date NOT NULL,
    -- Made up: no denominator except in a world of sample data.
    is_sample    boolean NOT NULL DEFAULT false,
    from_batch   bigint NOT NULL DEFAULT 0,
    until_batch  bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
    PRIMARY KEY (version_id)
);
CREATE UNIQUE INDEX population_version_now ON warehouse.population_version USING btree (name) WHERE (until_batch = '9223372036854775807'::bigint);

-- One row per day that doses were ever posted for, with the first batch that did: as of an earlier batch nothing of that day
-- was known. A stage is reached on the day of a dose, so this holds for people, too.
CREATE TABLE warehouse.posted_day (
    day          date NOT NULL,
    first_batch  bigint NOT NULL,
    PRIMARY KEY (day)
);

-- One row per vaccine and validity: the number of doses that completes its primary series with a dose of these days.
CREATE TABLE warehouse.primary_series (
    vaccine_id     smallint NOT NULL,
    valid_from     date NOT NULL,
    valid_to       date NOT NULL DEFAULT 'infinity'::date,
    primary_doses  smallint NOT NULL,
    PRIMARY KEY (vaccine_id, valid_from),
    FOREIGN KEY (vaccine_id) REFERENCES warehouse.vaccine(vaccine_id),
    CHECK (valid_from <= valid_to),
    CHECK (primary_doses >= 1 AND primary_doses <= 9)
);

-- One row per version of a record that broke rules, with every rule it broke; the record without name or ID.
CREATE TABLE warehouse.quarantine (
    source_id       smallint NOT NULL,
    record_id       text COLLATE "C" NOT NULL,
    content         uuid NOT NULL,
    updated_at      timestamp with time zone,
    batch_id        bigint NOT NULL,
    rules           text[] NOT NULL,
    record          jsonb NOT NULL,
    -- vanished: the source no longer holds the record; the same content, delivered again, is open again.
    state           text NOT NULL DEFAULT 'open'::text,
    ended_batch_id  bigint,
    PRIMARY KEY (source_id, record_id, content),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id),
    CHECK (cardinality(rules) > 0),
    CHECK (state = ANY (ARRAY['open'::text, 'resolved'::text, 'superseded'::text, 'vanished'::text]))
);
CREATE INDEX quarantine_open ON warehouse.quarantine USING btree (source_id, record_id) WHERE (state = 'open'::text);

-- One row per source and day of its clock: what it said at the last comparison, so that a change that moved no clock shows.
-- verified_at: when every record of the day was last read again.
CREATE TABLE warehouse.reconciled_day (
    source_id    smallint NOT NULL,
    day          date NOT NULL,
    rows         bigint NOT NULL,
    keys         numeric,
    content      numeric,
    verified_at  timestamp with time zone,
    PRIMARY KEY (source_id, day),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id)
);

-- One row per comparison of a database source with the warehouse; counts are records.
CREATE TABLE warehouse.reconciliation (
    source_id     smallint NOT NULL,
    compared_at   timestamp with time zone NOT NULL,
    -- Records of the source that can be read.
    source_rows   bigint NOT NULL,
    -- Of these, and of lost ones that stay, what the warehouse holds now.
    held_rows     bigint NOT NULL,
    -- At the source and not held, back-dated ones for example: loaded now.
    missing       bigint NOT NULL,
    -- Held in another version than the source has now: loaded now.
    changed       bigint NOT NULL,
    -- Held, and no longer at the source; is_withdrawn: taken out of the figures.
    lost          bigint NOT NULL,
    is_withdrawn  boolean NOT NULL,
    -- Rows of the source whose record number is, once trimmed, that of another row.
    merged        bigint NOT NULL,
    -- Rows that can never be read: their updated_at is none.
    without_time  bigint NOT NULL,
    -- Rows whose updated_at lies in the future: they wait for that day.
    ahead         bigint NOT NULL,
    -- Records whose content is still to be read again, in later comparisons.
    unverified    bigint NOT NULL,
    seconds       real NOT NULL,
    PRIMARY KEY (source_id, compared_at),
    FOREIGN KEY (source_id) REFERENCES warehouse.source(source_id)
);

-- One row per injection: where its row is. A record that comes again under another person must find its old row.
CREATE TABLE warehouse.record (
    source_id   smallint NOT NULL,
    record_id   text COLLATE "C" NOT NULL,
    person_key  uuid NOT NULL,
    PRIMARY KEY (source_id, record_id)
);

-- One row per verb that an operator handed to the ETL that leads: who asked, how far it is, what came of it.
CREATE TABLE warehouse.request (
    request_id  bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    verb        text NOT NULL,
    arguments   jsonb NOT NULL,
    asked_by    text NOT NULL,
    asked_at    timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    state       text NOT NULL DEFAULT 'waiting'::text,
    done        bigint NOT NULL DEFAULT 0,
    expected    bigint,
    -- When the leader last gave a sign that it works on it, by the real clock, also where the figures' clock is shifted.
    heard_at    timestamp with time zone,
    answer      json,
    code        smallint,
    reason      text,
    ended_at    timestamp with time zone,
    PRIMARY KEY (request_id),
    CHECK ((state = 'done'::text) <= (code IS NOT NULL)),
    CHECK ((state = ANY (ARRAY['refused'::text, 'failed'::text])) <= (reason IS NOT NULL)),
    CHECK (state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'refused'::text, 'failed'::text, 'withdrawn'::text]))
);
CREATE INDEX request_to_do ON warehouse.request USING btree (request_id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));

-- One row per spelling of a residence that a source sent, and validity: the unit that it means on these days, 0 where it
-- says nothing, -1 for a code of the country that is not ours, -2 for all else. Read again when the units change.
CREATE TABLE warehouse.residence_reading (
    spelling    text COLLATE "C" NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date NOT NULL,
    unit_id     integer NOT NULL,
    PRIMARY KEY (spelling, valid_from)
);

-- One row per vaccination session (buổi tiêm) that a site plans, and time in force: open from from_hour until until_hour, as
-- population in force.
CREATE TABLE warehouse.session (
    session_id     integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    site_id        integer NOT NULL,
    day            date NOT NULL,
    from_hour      smallint NOT NULL,
    until_hour     smallint NOT NULL,
    planned_doses  integer,
    from_batch     bigint NOT NULL DEFAULT 0,
    until_batch    bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
    PRIMARY KEY (session_id),
    FOREIGN KEY (site_id) REFERENCES warehouse.site(site_id),
    CHECK (from_hour < until_hour),
    CHECK (from_hour >= 0 AND from_hour <= 23),
    CHECK (planned_doses >= 0),
    CHECK (until_hour >= 1 AND until_hour <= 24)
);
CREATE UNIQUE INDEX session_now ON warehouse.session USING btree (site_id, day, from_hour) WHERE (until_batch = '9223372036854775807'::bigint);
CREATE INDEX session_of_day ON warehouse.session USING btree (day);

-- One row per vaccination site (FHIR Location).
CREATE TABLE warehouse.site (
    site_id     integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    code        text COLLATE "C" NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL,
    unit_id     integer NOT NULL,
    -- Doses planned on a day with a session; NULL when no plan is known.
    daily_plan  integer,
    PRIMARY KEY (site_id),
    UNIQUE (code),
    FOREIGN KEY (unit_id) REFERENCES warehouse.unit(unit_id),
    CHECK (daily_plan >= 0),
    CHECK (kind = ANY (ARRAY['fixed'::text, 'hospital'::text, 'mobile'::text, 'other'::text]))
);

-- One row per way in which a source writes a site, its own code among them; site_id NULL: no longer in the table.
CREATE TABLE warehouse.site_alias (
    alias_id  integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    alias     text COLLATE "C" NOT NULL,
    site_id   integer,
    PRIMARY KEY (alias),
    UNIQUE (alias_id),
    FOREIGN KEY (site_id) REFERENCES warehouse.site(site_id)
);

-- One row per site that a record came from: the latest recorded_at that arrived. A stamp of now, part of no as-of; it never
-- goes back, also when that record is corrected.
CREATE TABLE warehouse.site_heard (
    site_id   integer NOT NULL,
    heard_at  timestamp with time zone NOT NULL,
    PRIMARY KEY (site_id)
);

-- One row per source: its state, its cursor (the last change safely in the warehouse) and its running counters.
CREATE TABLE warehouse.source (
    source_id            smallint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name                 text NOT NULL,
    kind                 text NOT NULL,
    state                text NOT NULL DEFAULT 'idle'::text,
    reason               text,
    state_since          timestamp with time zone,
    -- The brake looks at batches after this one: the last that a person let pass.
    braked_after_batch   bigint NOT NULL DEFAULT 0,
    last_polled_at       timestamp with time zone,
    last_change_at       timestamp with time zone,
    cursor_updated_at    timestamp with time zone NOT NULL DEFAULT '0001-01-01 00:00:00+00'::timestamp with time zone,
    cursor_record_id     text COLLATE "C" NOT NULL DEFAULT ''::text,
    received             bigint NOT NULL DEFAULT 0,
    loaded               bigint NOT NULL DEFAULT 0,
    unchanged            bigint NOT NULL DEFAULT 0,
    quarantined          bigint NOT NULL DEFAULT 0,
    corrected            bigint NOT NULL DEFAULT 0,
    -- Records held as vanished: what was taken out, less what came back. Apart from received = loaded + unchanged +
    -- quarantined.
    vanished             bigint NOT NULL DEFAULT 0,
    -- Of the settings by which the records of this source were last read.
    mapping_fingerprint  text,
    -- Settings or reference data changed then, and the quarantine was not yet tried again since.
    retry_due_at         timestamp with time zone,
    moved                bigint NOT NULL DEFAULT 0,
    unmapped             bigint NOT NULL DEFAULT 0,
    unrecognised         bigint NOT NULL DEFAULT 0,
    outside              bigint NOT NULL DEFAULT 0,
    -- Which optional fields the settings map now, as in injection.told; NULL: they name this source no more.
    told                 integer,
    -- The same, for injections whose own told is NULL: what the settings said when this warehouse first kept it.
    told_before          integer,
    -- The settings name it; of others nothing more will come.
    is_configured        boolean NOT NULL DEFAULT true,
    -- The batch with which it was first read to its end and gave records; 0: before this was kept.
    first_loaded_batch   bigint,
    -- Rows that it had when the first load began; NULL where nobody can say.
    expected             bigint,
    -- The name under which its records without an ID became persons, and records without a number got one: its first.
    keyed_as             text NOT NULL,
    -- Its records were taken out, and can be brought back until they are deleted.
    forgotten_at         timestamp with time zone,
    -- Its records are deleted; the row stays for the batches.
    deleted_at           timestamp with time zone,
    PRIMARY KEY (source_id),
    UNIQUE (name),
    CHECK (received = (loaded + unchanged + quarantined)),
    CHECK (state = ANY (ARRAY['idle'::text, 'running'::text, 'braked'::text, 'failed'::text])),
    CHECK (vanished >= 0)
);

-- One row per stage that a person reaches, and two (is_reached false) of those whose first dose asks for a second, posted on
-- the last day of the longest recommended interval (person.second_due_on): second_pending while there is no other counted
-- dose, second_due whether there is one or not. Overdue on a day, and whose interval has passed: their sums over the days
-- before.
CREATE TABLE warehouse.stage (
    stage       smallint NOT NULL,
    code        text NOT NULL,
    is_reached  boolean NOT NULL DEFAULT true,
    PRIMARY KEY (stage),
    UNIQUE (code)
);

-- One row per movement of stock of a unit or of a site in it, and time in force. Doses: allocated by the authority, received
-- from outside the unit, opened (vials opened × doses in each), discarded unopened, counted (a stock-take at the end of its
-- day: what is there then, whatever the other movements say).
CREATE TABLE warehouse.stock_movement (
    movement_id     integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    unit_id         integer NOT NULL,
    site_id         integer,
    vaccine_id      smallint NOT NULL,
    lot_number      text COLLATE "C" NOT NULL,
    kind            text NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    doses_per_vial  smallint,
    -- Tells two movements of one day and lot from each other; may be empty.
    document        text NOT NULL,
    from_batch      bigint NOT NULL DEFAULT 0,
    until_batch     bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
    PRIMARY KEY (movement_id),
    FOREIGN KEY (site_id) REFERENCES warehouse.site(site_id),
    FOREIGN KEY (unit_id) REFERENCES warehouse.unit(unit_id),
    FOREIGN KEY (vaccine_id) REFERENCES warehouse.vaccine(vaccine_id),
    CHECK (doses >= 0),
    CHECK (doses_per_vial >= 1),
    CHECK (kind = ANY (ARRAY['allocated'::text, 'received'::text, 'opened'::text, 'discarded'::text, 'counted'::text]))
);
CREATE UNIQUE INDEX stock_movement_now ON warehouse.stock_movement USING btree (unit_id, site_id, vaccine_id, lot_number, kind, day, document) NULLS NOT DISTINCT WHERE (until_batch = '9223372036854775807'::bigint);

-- One row per target, the day it came into force, and time in force; unit NULL = every unit. The nearest unit upwards
-- decides.
CREATE TABLE warehouse.target (
    target_id       integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    unit_id         integer,
    stage           smallint NOT NULL,
    age_band        smallint,
    priority_group  smallint,
    share           numeric(5,4) NOT NULL,
    due_on          date NOT NULL,
    source          text NOT NULL,
    valid_from      date NOT NULL,
    -- Made up: no target except in a world of sample data.
    is_sample       boolean NOT NULL DEFAULT false,
    from_batch      bigint NOT NULL DEFAULT 0,
    until_batch     bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
    PRIMARY KEY (target_id),
    FOREIGN KEY (age_band) REFERENCES warehouse.age_band(age_band),
    FOREIGN KEY (stage) REFERENCES warehouse.stage(stage),
    FOREIGN KEY (unit_id) REFERENCES warehouse.unit(unit_id),
    CHECK (share > 0::numeric AND share <= 1::numeric)
);
CREATE UNIQUE INDEX target_now ON warehouse.target USING btree (unit_id, stage, age_band, priority_group, valid_from) NULLS NOT DISTINCT WHERE (until_batch = '9223372036854775807'::bigint);

-- One row per unit and validity: codes were reused for other places, so the key of a unit is (code, valid_from).
CREATE TABLE warehouse.unit (
    unit_id         integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    code            text COLLATE "C" NOT NULL,
    valid_from      date NOT NULL,
    valid_to        date NOT NULL DEFAULT 'infinity'::date,
    level           smallint NOT NULL,
    parent_id       integer,
    name            text NOT NULL,
    name_en         text NOT NULL,
    -- Name without accents: the order of the Vietnamese alphabet without ICU.
    sort_key        text COLLATE "C" NOT NULL,
    successor_code  text,
    -- The root of the world, and all that lies below it. Kept with the reference data; balance_*_world are made of it.
    is_in_world     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (unit_id),
    UNIQUE (code, valid_from),
    FOREIGN KEY (parent_id) REFERENCES warehouse.unit(unit_id),
    CHECK (valid_from <= valid_to),
    CHECK (level >= 0)
);

-- One row per unit and each of its ancestors, itself included at depth 0; made again from unit.parent_id.
CREATE TABLE warehouse.unit_ancestor (
    unit_id      integer NOT NULL,
    ancestor_id  integer NOT NULL,
    depth        smallint NOT NULL,
    PRIMARY KEY (ancestor_id, unit_id),
    FOREIGN KEY (ancestor_id) REFERENCES warehouse.unit(unit_id),
    FOREIGN KEY (unit_id) REFERENCES warehouse.unit(unit_id),
    CHECK (depth >= 0)
);

-- One row per file that was handed in. proposed: shown to who sent it; confirmed: waits for the ETL; applied: its rows hold,
-- over the configured files and earlier uploads, from batch_id on; withdrawn: until before ended_batch_id.
CREATE TABLE warehouse.upload (
    upload_id         integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    relation          text NOT NULL,
    file_name         text NOT NULL,
    sha256            text NOT NULL,
    size_bytes        integer NOT NULL,
    -- The cells as they were in the file, as text, its first line first.
    given             jsonb NOT NULL,
    -- What was understood: one object a line, with the columns of the reference table.
    rows              jsonb NOT NULL,
    faults            jsonb NOT NULL,
    uploaded_by       text NOT NULL,
    -- The names are what somebody typed; nobody has logged in.
    is_self_declared  boolean NOT NULL,
    uploaded_at       timestamp with time zone NOT NULL,
    state             text NOT NULL,
    decided_by        text,
    decided_at        timestamp with time zone,
    reason            text,
    batch_id          bigint,
    ended_by          text,
    ended_at          timestamp with time zone,
    ended_batch_id    bigint,
    fault             jsonb,
    PRIMARY KEY (upload_id),
    CHECK ((state = ANY (ARRAY['applied'::text, 'refused'::text, 'withdrawing'::text])) <= (batch_id IS NOT NULL)),
    CHECK (length(decided_by) >= 1 AND length(decided_by) <= 100),
    CHECK (length(ended_by) >= 1 AND length(ended_by) <= 100),
    CHECK (jsonb_typeof(faults) = 'array'::text),
    CHECK (length(file_name) >= 1 AND length(file_name) <= 200),
    CHECK (jsonb_typeof(given) = 'array'::text),
    CHECK (relation = ANY (ARRAY['targets'::text, 'populations'::text])),
    CHECK (jsonb_typeof(rows) = 'array'::text),
    CHECK (sha256 ~ '^[0-9a-f]{64}$'::text),
    CHECK (size_bytes >= 0),
    CHECK (state = ANY (ARRAY['faulty'::text, 'proposed'::text, 'confirmed'::text, 'applied'::text, 'refused'::text, 'withdrawing'::text, 'withdrawn'::text])),
    CHECK (length(uploaded_by) >= 1 AND length(uploaded_by) <= 100)
);

-- One row per vaccine; primary_doses is the number that completes its primary series.
CREATE TABLE warehouse.vaccine (
    vaccine_id     smallint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    code           text COLLATE "C" NOT NULL,
    name           text NOT NULL,
    manufacturer   text,
    -- As of today; primary_series says it of each day.
    primary_doses  smallint NOT NULL,
    approved_on    date,
    min_age        smallint,
    PRIMARY KEY (vaccine_id),
    UNIQUE (code),
    CHECK (min_age >= 0),
    CHECK (primary_doses >= 1 AND primary_doses <= 9)
);

-- One row per way in which a source writes a vaccine, in lower case.
CREATE TABLE warehouse.vaccine_alias (
    alias       text COLLATE "C" NOT NULL,
    -- NULL: no longer in the table; its records are in quarantine.
    vaccine_id  smallint,
    alias_id    smallint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    PRIMARY KEY (alias),
    UNIQUE (alias_id),
    FOREIGN KEY (vaccine_id) REFERENCES warehouse.vaccine(vaccine_id),
    CHECK (alias = lower(btrim(alias)))
);

-- One row: the place this warehouse serves, as the settings describe it.
CREATE TABLE warehouse.world (
    is_only             boolean NOT NULL DEFAULT true,
    name                jsonb NOT NULL,
    time_zone           text NOT NULL,
    levels              jsonb NOT NULL,
    root_unit_id        integer,
    is_sample           boolean NOT NULL,
    -- Whole days that the clock is shifted by; other than 0 only for sample data.
    shift_days          integer NOT NULL,
    -- Tells the key that turned IDs into person keys from any other: with another one each person would be counted again.
    key_fingerprint     text,
    -- Of the rules, ages and units by which all injections were last understood; another one asks for a rebuild.
    course_fingerprint  text,
    -- The form of a code of the country, as the settings say it: what has it and is not ours lies outside.
    code_pattern        text,
    -- Why the reference tables were refused when they were last read; null: they are in force as they are.
    reference_refusal   text,
    -- The code and the values of reference_refusal (etl/refusal.py).
    reference_fault     jsonb,
    PRIMARY KEY (is_only),
    CHECK (is_only)
);

-- Brings the tables back to one machine; nothing without Citus.
CREATE OR REPLACE PROCEDURE warehouse.gather_tables()
 LANGUAGE plpgsql
AS $procedure$
DECLARE plan record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN; END IF;
    FOR plan IN SELECT * FROM warehouse.placement WHERE placed_by <> 'local' ORDER BY placed_by, relation LOOP
        EXECUTE format('SELECT undistribute_table(%L)', 'warehouse.' || plan.relation);
    END LOOP;
END $procedure$;

-- Spreads the tables as warehouse.placement says; nothing without Citus.
CREATE OR REPLACE PROCEDURE warehouse.place_tables()
 LANGUAGE plpgsql
AS $procedure$
DECLARE plan record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN; END IF;
    FOR plan IN SELECT * FROM warehouse.placement ORDER BY placed_by DESC, relation LOOP
        IF plan.placed_by = 'replicated' THEN
            EXECUTE format('SELECT create_reference_table(%L)', 'warehouse.' || plan.relation);
        ELSIF plan.placed_by = 'person_key' THEN
            EXECUTE format('SELECT create_distributed_table(%L, %L)', 'warehouse.' || plan.relation, 'person_key');
        END IF;
    END LOOP;
END $procedure$;
