-- The one row that says whose warehouse this is; made at the first start, before any record.

-- name: make_world
INSERT INTO warehouse.world (name, time_zone, levels, is_sample, shift_days)
VALUES (%(name)s, %(time_zone)s, %(levels)s, %(is_sample)s, %(shift_days)s)
ON CONFLICT DO NOTHING

-- name: world
SELECT is_sample, shift_days FROM warehouse.world
