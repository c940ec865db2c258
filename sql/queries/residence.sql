-- Spellings of residences and the units they mean, resolved by etl/residence.py. Parameters are psycopg's.

-- name: units
SELECT unit_id, code, greatest(valid_from, '0001-01-01'), least(valid_to, '9999-12-31') FROM warehouse.unit WHERE unit_id > 0

-- name: code_form
SELECT code_pattern FROM warehouse.world

-- name: held_spellings
SELECT DISTINCT spelling FROM warehouse.residence_reading WHERE spelling = ANY (%(spellings)s)

-- name: readings
SELECT spelling, valid_from, valid_to, unit_id FROM warehouse.residence_reading ORDER BY spelling, valid_from

-- name: drop_readings
DELETE FROM warehouse.residence_reading WHERE spelling = ANY (%(spellings)s)

-- name: copy_readings
COPY warehouse.residence_reading (spelling, valid_from, valid_to, unit_id) FROM STDIN

-- name: is_unread
SELECT NOT EXISTS (SELECT FROM warehouse.residence_reading) AND EXISTS (SELECT FROM warehouse.injection)

-- name: spellings_of_injections
SELECT DISTINCT residence_code FROM warehouse.injection WHERE residence_code IS NOT NULL
