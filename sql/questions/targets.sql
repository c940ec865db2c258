-- Targets and target populations, and what is odd in them.

-- name: targets
SELECT * FROM mart.targets(CAST(:unit AS int), CAST(:as_of AS bigint))
 ORDER BY stage, unit_id NULLS FIRST, age_band NULLS FIRST, priority_group NULLS FIRST, valid_from, from_batch

-- name: denominators
SELECT * FROM mart.denominators(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY is_used DESC, is_in_force DESC, valid_from DESC, version_id DESC, stage

-- name: over_causes
SELECT * FROM mart.over_causes(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))

-- name: not_recognised
SELECT * FROM mart.not_recognised() ORDER BY doses DESC, spelling LIMIT 200

-- name: denominator_checks
SELECT * FROM mart.denominator_checks(CAST(:unit AS int), CAST(:as_of AS bigint))
 ORDER BY "check", unit_id, version, other_version
