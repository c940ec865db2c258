-- What the workbench holds of the warehouse, under the same names, so that the statements of a batch find it there: what
-- decides the meaning of a record, and what is held of the records and persons of the batch. DuckDB's.

-- name: create_schema
-- Types are those of the warehouse, their values in the same order: causes are compared by it. And what DuckDB lacks.
CREATE SCHEMA warehouse;
CREATE TYPE warehouse.sex AS ENUM ('female', 'male', 'other', 'unknown');
CREATE TYPE warehouse.record_status AS ENUM ('completed', 'entered-in-error', 'not-done', 'vanished');
CREATE TYPE warehouse.dose_kind AS ENUM ('primary', 'additional', 'booster');
CREATE TYPE warehouse.identity_status AS ENUM
    ('not_sent', 'no_id', 'bad_format', 'pending', 'correct', 'wrong', 'not_applicable', 'unknown');
CREATE TYPE warehouse.cause AS ENUM ('new', 'late', 'corrected', 'voided', 'vanished', 'duplicate', 'reclassified');
CREATE TYPE jsonb AS VARCHAR;
CREATE TYPE tid AS BIGINT;
CREATE MACRO to_char(moment, pattern) AS
    strftime(moment, replace(replace(pattern, 'YYYY-MM-DD', '%Y-%m-%d'), 'HH24:MI', '%H:%M'))

-- name: keep_primary_series
CREATE OR REPLACE TABLE warehouse.primary_series AS
SELECT vaccine_id::SMALLINT AS vaccine_id, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    primary_doses::SMALLINT AS primary_doses
FROM given

-- name: keep_vaccine
CREATE OR REPLACE TABLE warehouse.vaccine AS
SELECT vaccine_id::SMALLINT AS vaccine_id, approved_on::DATE AS approved_on, min_age::SMALLINT AS min_age FROM given

-- name: keep_vaccine_alias
CREATE OR REPLACE TABLE warehouse.vaccine_alias AS
SELECT alias, alias_id::SMALLINT AS alias_id, vaccine_id::SMALLINT AS vaccine_id FROM given

-- name: keep_site
CREATE OR REPLACE TABLE warehouse.site AS
SELECT site_id::INTEGER AS site_id, code, unit_id::INTEGER AS unit_id FROM given

-- name: keep_site_alias
CREATE OR REPLACE TABLE warehouse.site_alias AS
SELECT alias, alias_id::INTEGER AS alias_id, site_id::INTEGER AS site_id FROM given

-- name: keep_unit
CREATE OR REPLACE TABLE warehouse.unit AS
SELECT unit_id::INTEGER AS unit_id, code, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    is_in_world::BOOLEAN AS is_in_world
FROM given

-- name: keep_residence_reading
CREATE OR REPLACE TABLE warehouse.residence_reading AS
SELECT spelling, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to, unit_id::INTEGER AS unit_id FROM given

-- name: keep_dose_rule
CREATE OR REPLACE TABLE warehouse.dose_rule AS
SELECT vaccine_id::SMALLINT AS vaccine_id, previous_vaccine_id::SMALLINT AS previous_vaccine_id,
    valid_from::DATE AS valid_from, valid_to::DATE AS valid_to, min_days::INTEGER AS min_days,
    recommended_max_days::INTEGER AS recommended_max_days
FROM given

-- name: keep_booster_rule
CREATE OR REPLACE TABLE warehouse.booster_rule AS
SELECT booster::SMALLINT AS booster, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    min_days::INTEGER AS min_days
FROM given

-- name: hold
-- The injections that the warehouse holds of the persons of the batch.
CREATE OR REPLACE TABLE warehouse.injection AS
SELECT * REPLACE (person_key::UUID AS person_key, status::warehouse.record_status AS status,
    identity_status::warehouse.identity_status AS identity_status, sex::warehouse.sex AS sex,
    dose_kind::warehouse.dose_kind AS dose_kind)
FROM given

-- name: hold_known
-- Those of its records are among them.
CREATE OR REPLACE VIEW known AS FROM warehouse.injection

-- name: hold_persons
CREATE OR REPLACE TABLE warehouse.person AS SELECT * REPLACE (person_key::UUID AS person_key) FROM given

-- name: hold_opened
CREATE OR REPLACE TABLE warehouse.quarantine AS SELECT * REPLACE (content::UUID AS content) FROM given

-- name: land
INSERT INTO landed BY NAME FROM given

-- name: touch_held_persons
INSERT INTO touched (person_key, cause)
SELECT person_key, 'reclassified' FROM (
    SELECT person_key FROM warehouse.injection UNION SELECT person_key FROM warehouse.person)

-- name: changed_incoming
-- What moves or restamps a row that is held.
SELECT person_key, source_id, record_id, updated_at, verdict, old_person_key, vaccine_alias_id, site_alias_id
FROM incoming
WHERE verdict = 'restamped' OR verdict IN ('corrected', 'voided') AND old_person_key <> person_key

-- name: changed_persons
SELECT a.* FROM person_after a JOIN person_before b ON b.person_key = a.person_key
WHERE a IS DISTINCT FROM b ORDER BY a.person_key

-- name: persons_that_changed
-- As they were; those that are gone, too.
SELECT b.* FROM person_before b LEFT JOIN person_after a ON a.person_key = b.person_key
WHERE a IS DISTINCT FROM b
