-- The world, its lists and its batches.

-- name: version
-- The limit is for the whole snapshot: a page is not worth more, and a stuck question would hold
-- one of few connections.
SELECT NULLIF(batch_id, 0) AS batch_id, committed_at, set_config('statement_timeout', '15s', true) FROM mart.world()

-- name: world
SELECT name, time_zone, root_unit_id, levels, is_sample, shift_days, NULLIF(batch_id, 0) AS batch_id, committed_at,
       checked_at, received, loaded, unchanged, quarantined, vanished, is_first_load
  FROM mart.world_at(CAST(:as_of AS bigint))

-- name: units
-- An endless validity is NULL here: Python's dates know no infinity.
SELECT unit_id, code, name, name_en, level, parent_id, NULLIF(valid_from, '-infinity') AS valid_from,
       NULLIF(valid_to, 'infinity') AS valid_to, sort_key
  FROM mart.units()
 ORDER BY level, sort_key, unit_id

-- name: sites
SELECT * FROM mart.sites()
 ORDER BY site_id

-- name: vaccines
SELECT vaccine_id, code, name FROM mart.vaccines() ORDER BY vaccine_id

-- name: age_bands
SELECT * FROM mart.age_bands() ORDER BY age_band

-- name: priority_groups
SELECT * FROM mart.priority_groups() ORDER BY priority_group

-- name: closings
SELECT name, batch_id FROM mart.closings() ORDER BY closed_at DESC, name

-- name: batch
SELECT * FROM mart.batch(CAST(:batch AS bigint))

-- name: batch_at
SELECT mart.batch_at(CAST(:moment AS timestamptz)) AS batch_id
