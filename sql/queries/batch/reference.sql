-- What decides the meaning of a record, copied from the warehouse when it changed. DuckDB's; parameters are $named.
-- Types are those of the warehouse, their values in the same order: causes are compared by it.

-- name: create_types
CREATE TYPE sex AS ENUM ('female', 'male', 'other', 'unknown');
CREATE TYPE record_status AS ENUM ('completed', 'entered-in-error', 'not-done', 'vanished');
CREATE TYPE dose_kind AS ENUM ('primary', 'additional', 'booster');
CREATE TYPE identity_status AS ENUM
    ('not_sent', 'no_id', 'bad_format', 'pending', 'correct', 'wrong', 'not_applicable', 'unknown');
CREATE TYPE cause AS ENUM ('new', 'late', 'corrected', 'voided', 'vanished', 'duplicate', 'reclassified')

-- name: keep_primary_series
CREATE OR REPLACE TABLE primary_series AS
SELECT vaccine_id::SMALLINT AS vaccine_id, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    primary_doses::SMALLINT AS primary_doses
FROM given

-- name: keep_vaccine_alias
CREATE OR REPLACE TABLE vaccine_alias AS
SELECT alias, alias_id::SMALLINT AS alias_id, vaccine_id::SMALLINT AS vaccine_id, approved_on::DATE AS approved_on,
    min_age::SMALLINT AS min_age
FROM given

-- name: keep_site
CREATE OR REPLACE TABLE site AS SELECT site_id::INTEGER AS site_id, code, unit_id::INTEGER AS unit_id FROM given

-- name: keep_site_alias
CREATE OR REPLACE TABLE site_alias AS
SELECT alias, alias_id::INTEGER AS alias_id, site_id::INTEGER AS site_id, unit_id::INTEGER AS unit_id, is_own::BOOLEAN AS is_own
FROM given

-- name: keep_unit
CREATE OR REPLACE TABLE unit AS
SELECT unit_id::INTEGER AS unit_id, code, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    is_in_world::BOOLEAN AS is_in_world
FROM given

-- name: keep_residence_reading
CREATE OR REPLACE TABLE residence_reading AS
SELECT spelling, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to, unit_id::INTEGER AS unit_id FROM given

-- name: keep_dose_rule
CREATE OR REPLACE TABLE dose_rule AS
SELECT vaccine_id::SMALLINT AS vaccine_id, previous_vaccine_id::SMALLINT AS previous_vaccine_id,
    valid_from::DATE AS valid_from, valid_to::DATE AS valid_to, min_days::INTEGER AS min_days,
    recommended_max_days::INTEGER AS recommended_max_days
FROM given

-- name: keep_booster_rule
CREATE OR REPLACE TABLE booster_rule AS
SELECT booster::SMALLINT AS booster, valid_from::DATE AS valid_from, valid_to::DATE AS valid_to,
    min_days::INTEGER AS min_days
FROM given

-- name: keep_band_of_age
CREATE OR REPLACE TABLE band_of_age AS SELECT age::INTEGER AS age, age_band::SMALLINT AS age_band FROM given
