-- When doses are entered.

-- name: incomplete_from
SELECT mart.incomplete_from(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint)) AS day

-- name: completeness_by_day
SELECT * FROM mart.completeness_by_day(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY days_after

-- name: triangle
SELECT * FROM mart.triangle(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day, entered_on

-- name: late_entries
SELECT * FROM mart.late_entries(CAST(:unit AS int), CAST(:entered_on AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, day

-- name: entry_lag
SELECT * FROM mart.entry_lag(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
