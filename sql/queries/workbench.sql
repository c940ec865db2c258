-- DuckDB only: the warehouse's tables as the workbench holds them, under the same names, so that the statements of a batch
-- run there: reference data, and the rows of the batch's records and persons.

-- name: create_schema
-- The warehouse's types, with values in the same order, by which causes are compared; and functions that DuckDB lacks.
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
-- The held injections of the batch's persons.
CREATE OR REPLACE TABLE warehouse.injection AS
SELECT * REPLACE (person_key::UUID AS person_key, status::warehouse.record_status AS status,
    identity_status::warehouse.identity_status AS identity_status, sex::warehouse.sex AS sex,
    dose_kind::warehouse.dose_kind AS dose_kind)
FROM given

-- name: hold_known
-- Among them, those of the batch's records.
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
-- Records that move or restamp a held row.
SELECT person_key, source_id, record_id, updated_at, verdict, old_person_key, vaccine_alias_id, site_alias_id
FROM incoming
WHERE verdict = 'restamped' OR verdict IN ('corrected', 'voided') AND old_person_key <> person_key

-- name: changed_persons
SELECT a.* FROM person_after a JOIN person_before b ON b.person_key = a.person_key
WHERE a IS DISTINCT FROM b ORDER BY a.person_key

-- name: persons_that_changed
-- Their previous rows, including those of persons that are gone.
SELECT b.* FROM person_before b LEFT JOIN person_after a ON a.person_key = b.person_key
WHERE a IS DISTINCT FROM b
