-- What each site gave, entered and printed, and who is silent.

-- name: site_figures
SELECT * FROM mart.site_figures(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                                CAST(:as_of AS bigint))
 ORDER BY site_id

-- name: site_watch
SELECT * FROM mart.site_watch(CAST(:unit AS int), CAST(:minutes AS int), CAST(:now AS timestamptz))
 ORDER BY site_id

-- name: site_hours
SELECT * FROM mart.site_hours(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, hour

-- name: site_days
SELECT * FROM mart.site_days(CAST(:site AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day

-- name: site_used
SELECT * FROM mart.site_used(CAST(:site AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY vaccine_id, dose_number, lot_number

-- name: site_identity
SELECT * FROM mart.site_identity(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY site_id

-- name: site_sessions
SELECT * FROM mart.site_sessions(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, day, from_hour

-- name: site_plan_hours
SELECT * FROM mart.site_plan_hours(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, hour
