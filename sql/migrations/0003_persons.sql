-- What the warehouse holds: injections and what they mean for each person. Placed by person_key where Citus is there.

CREATE TABLE warehouse.injection (
    person_key               uuid NOT NULL,
    source_id                smallint NOT NULL,
    record_id                text COLLATE "C" NOT NULL,
    updated_at               timestamptz NOT NULL,
    injected_at              timestamptz,
    recorded_at              timestamptz NOT NULL,
    identity_checked_at      timestamptz,
    certificate_printed_at   timestamptz,
    app_confirmed_at         timestamptz,
    batch_id                 bigint NOT NULL,
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
    dose_number              smallint,
    priority_group           smallint NOT NULL,
    age_band                 smallint NOT NULL,
    is_recorded_at_inferred  boolean NOT NULL,
    is_duplicate             boolean NOT NULL,
    is_valid                 boolean NOT NULL,
    residence_code           text,
    lot_number               text,
    told                     integer,
    vaccine_alias_id         smallint,
    site_alias_id            integer,
    age_from                 smallint,
    age_to                   smallint,
    unruled_after            smallint,
    PRIMARY KEY (person_key, source_id, record_id),
    CHECK (status <> 'completed' OR (injected_at IS NOT NULL AND injected_on IS NOT NULL AND site_id IS NOT NULL
        AND place_unit_id IS NOT NULL AND vaccine_id IS NOT NULL AND dose_number >= 0))
);
COMMENT ON TABLE warehouse.injection IS
    'One row per record of a source that passed the rules (FHIR Immunization), in its newest version. No foreign keys: '
    'each check costs a look-up per row and its values come from joins with the tables it would point to; verify '
    'counts orphans instead.';
COMMENT ON COLUMN warehouse.injection.person_key IS 'First 128 bits of a keyed HMAC of the ID; never updated.';
COMMENT ON COLUMN warehouse.injection.injected_on IS 'Calendar day of injected_at in the time zone of the world.';
COMMENT ON COLUMN warehouse.injection.dose_number IS 'As recorded; 0 where the source gives no dose numbers.';
COMMENT ON COLUMN warehouse.injection.is_duplicate IS 'The person has an earlier injection on the same day: shown, not counted.';
COMMENT ON COLUMN warehouse.injection.is_valid IS 'Counts towards the primary series or a booster: interval and mix are in the rules.';
COMMENT ON COLUMN warehouse.injection.told IS
    'Which optional fields the source gave when it delivered this record, a bit each (sql/told.py). NULL: it came before this '
    'was kept; what its source told then is source.told_before.';
COMMENT ON COLUMN warehouse.injection.vaccine_alias_id IS
    'The spelling that the vaccine came by; NULL: by a version that did not keep it.';
COMMENT ON COLUMN warehouse.injection.site_alias_id IS 'The spelling that the site came by; NULL: its own code.';
COMMENT ON COLUMN warehouse.injection.age_from IS
    'Age on the day of injection, from age_from to age_to years, where the source gives it in place of a birth.';
COMMENT ON COLUMN warehouse.injection.unruled_after IS
    'The vaccine given before, where dose_rule says nothing of the two: so the dose does not count towards the series.';
-- What is not recognised is listed by its spellings, and read from here alone.
CREATE INDEX injection_not_recognised ON warehouse.injection (residence_code)
    WHERE residence_unit_id = -2 AND status = 'completed' AND NOT is_duplicate;
CREATE INDEX injection_unruled ON warehouse.injection (unruled_after, vaccine_id, person_key) WHERE unruled_after IS NOT NULL;

CREATE TABLE warehouse.record (
    source_id   smallint NOT NULL,
    record_id   text COLLATE "C" NOT NULL,
    person_key  uuid NOT NULL,
    PRIMARY KEY (source_id, record_id)
);
COMMENT ON TABLE warehouse.record IS
    'One row per injection: where its row is. A record that comes again under another person must find its old row.';

CREATE TABLE warehouse.person (
    person_key           uuid PRIMARY KEY,
    residence_unit_id    integer NOT NULL,
    first_on             date,
    complete_on          date,
    booster1_on          date,
    booster2_on          date,
    second_due_on        date,
    age_band             smallint NOT NULL,
    priority_group       smallint NOT NULL,
    doses                smallint NOT NULL,
    first_vaccine_id     smallint,
    complete_vaccine_id  smallint,
    booster1_vaccine_id  smallint,
    booster2_vaccine_id  smallint,
    is_identity_shared   boolean NOT NULL
);
COMMENT ON TABLE warehouse.person IS
    'One row per person with a counted injection: the course, i.e. the day each stage was reached, worked out from all '
    'injections of the person in order.';
COMMENT ON COLUMN warehouse.person.second_due_on IS
    'Day after which the longest recommended interval to the second dose has passed; NULL where one dose completes.';
COMMENT ON COLUMN warehouse.person.is_identity_shared IS 'One ID came with two birth years or sexes.';
-- The few persons whose ID came with two birth years or sexes: the page of targets counts them without reading the others.
CREATE INDEX person_shared ON warehouse.person (residence_unit_id) WHERE is_identity_shared;
