-- The questions of a committee's pages. As in coverage.sql: arithmetic and columns live in schema mart.

-- name: overdue
SELECT * FROM mart.overdue(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                           CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: due_by_day
SELECT * FROM mart.due_by_day(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                              CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                              CAST(:as_of AS bigint))
 ORDER BY day, vaccine_id

-- name: dropout
SELECT * FROM mart.dropout(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                           CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                           CAST(:as_of AS bigint), CAST(:red_coverage AS double precision), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: standing_by_part
SELECT * FROM mart.standing_by_part(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date),
                                    CAST(:as_of AS bigint))
 ORDER BY part, number, stage

-- name: site_figures
SELECT * FROM mart.site_figures(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                                CAST(:as_of AS bigint))
 ORDER BY site_id

-- name: late_entries
SELECT * FROM mart.late_entries(CAST(:unit AS int), CAST(:entered_on AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, day

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

-- name: entry_lag
SELECT * FROM mart.entry_lag(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))

-- name: site_stock
SELECT * FROM mart.site_stock(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, vaccine_id

-- name: changes
SELECT * FROM mart.changes(CAST(:unit AS int), CAST(:figure AS text), CAST(:basis AS text), CAST(:ages AS smallint[]),
                           {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]), CAST(:from AS date),
                           CAST(:to AS date), CAST(:from_batch AS bigint), CAST(:to_batch AS bigint),
                           CAST(:today AS date))
 ORDER BY day, cause, site_id

-- name: coverage_change
SELECT * FROM mart.coverage_change(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                                   CAST(:from_batch AS bigint), CAST(:to_batch AS bigint), CAST(:from_day AS date),
                                   CAST(:to_day AS date))
 ORDER BY stage

-- name: triangle
SELECT * FROM mart.triangle(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day, entered_on

-- name: completeness_by_day
SELECT * FROM mart.completeness_by_day(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY days_after

-- name: vaccine_days
SELECT * FROM mart.vaccine_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                                CAST(:as_of AS bigint))
 ORDER BY day, vaccine_id, dose_number

-- name: lot_days
SELECT * FROM mart.lot_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                            CAST(:as_of AS bigint))
 ORDER BY day, lot_number

-- name: lots
SELECT * FROM mart.lots(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                        CAST(:as_of AS bigint))
 ORDER BY lot_number, vaccine_id

-- name: lot
SELECT * FROM mart.lot(CAST(:lot AS text), CAST(:as_of AS bigint))
 ORDER BY day, site_id, vaccine_id, dose_number, lot_number

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

-- name: unruled_pairs
SELECT * FROM mart.unruled_pairs()
 ORDER BY people DESC, before_vaccine_id, vaccine_id

-- name: denominator_checks
SELECT * FROM mart.denominator_checks(CAST(:unit AS int), CAST(:as_of AS bigint))
 ORDER BY "check", unit_id, version, other_version

-- name: stock
SELECT * FROM mart.stock(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint),
                         CAST(:level AS int))
 ORDER BY is_self DESC, unit_id, vaccine_id

-- name: rank_movement
SELECT * FROM mart.rank_movement(CAST(:unit AS int), CAST(:stage AS smallint), CAST(:ages AS smallint[]),
                                 {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]), CAST(:today AS date),
                                 CAST(:as_of AS bigint), CAST(:until AS date), CAST(:level AS int))
 ORDER BY rank, unit_id, is_self

-- name: coverage_by_day
SELECT * FROM mart.coverage_by_day(CAST(:units AS int[]), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                                   CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY unit_id, stage, day

-- name: recast
SELECT * FROM mart.recast(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                          CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:day AS date))
 ORDER BY unit_id, stage

-- name: taken_over
SELECT * FROM mart.taken_over(CAST(:unit AS int), CAST(:today AS date), CAST(:day AS date))
 ORDER BY successor_id, unit_id

-- name: flow
SELECT * FROM mart.flow(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY is_leaving, doses DESC, unit_id
