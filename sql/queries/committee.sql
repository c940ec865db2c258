-- The questions of a committee's pages. As in coverage.sql: arithmetic lives in schema mart, here is only which columns
-- a question takes.

-- name: overdue
SELECT unit_id, is_self, overdue, passed, share, due_soon
  FROM mart.overdue(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                    CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: due_by_day
SELECT day, vaccine_id, people
  FROM mart.due_by_day(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                       CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                       CAST(:as_of AS bigint))
 ORDER BY day, vaccine_id

-- name: dropout
SELECT unit_id, is_self, first_doses, second_doses, dropout, is_negative, coverage, red_category, lacking
  FROM mart.dropout(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                    CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                    CAST(:as_of AS bigint), CAST(:red_coverage AS double precision), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: standing_by_part
SELECT part, number, stage, people, population, population_source, population_on, coverage, target_share, target_due_on, gap,
       counted, lacking
  FROM mart.standing_by_part(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY part, number, stage

-- name: site_figures
SELECT site_id, unit_id, has_session, plan_today, doses_today, doses_yesterday, doses, duplicates, identity_correct_before,
       certificates_printed, app_confirmed, entered_within_72h, entered_same_day, entered_day_1, entered_day_2,
       entered_day_3, entered_days_4_7, entered_days_8_14, entered_later, entered_unknown, identity_unknown,
       certificates_unknown, app_unknown, lag_median, lag_p90, late_today
  FROM mart.site_figures(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                         CAST(:as_of AS bigint))
 ORDER BY site_id

-- name: late_entries
SELECT site_id, day, doses
  FROM mart.late_entries(CAST(:unit AS int), CAST(:entered_on AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, day

-- name: site_watch
SELECT site_id, heard_at, is_planned, is_open, is_silent
  FROM mart.site_watch(CAST(:unit AS int), CAST(:minutes AS int), CAST(:now AS timestamptz))
 ORDER BY site_id

-- name: site_hours
SELECT site_id, hour, doses
  FROM mart.site_hours(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, hour

-- name: site_days
SELECT day, doses, duplicates, entered_same_day, entered_unknown, has_session, planned_doses
  FROM mart.site_days(CAST(:site AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day

-- name: site_used
SELECT vaccine_id, dose_number, lot_number, doses
  FROM mart.site_used(CAST(:site AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY vaccine_id, dose_number, lot_number

-- name: site_identity
SELECT site_id, correct_before, not_sent, no_id, bad_format, pending, correct, wrong, not_applicable, unknown
  FROM mart.site_identity(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY site_id

-- name: site_sessions
SELECT site_id, day, from_hour, to_hour, planned_doses
  FROM mart.site_sessions(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, day, from_hour

-- name: site_plan_hours
SELECT site_id, hour, planned_doses
  FROM mart.site_plan_hours(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, hour

-- name: entry_lag
SELECT doses, lag_median, lag_p90
  FROM mart.entry_lag(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))

-- name: site_stock
SELECT site_id, vaccine_id, received, opened, discarded, given, wastage, usable, daily_use, cover_days
  FROM mart.site_stock(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, vaccine_id

-- name: changes
SELECT day, cause, site_id, amount
  FROM mart.changes(CAST(:unit AS int), CAST(:figure AS text), CAST(:basis AS text), CAST(:ages AS smallint[]),
                    CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                    CAST(:from_batch AS bigint), CAST(:to_batch AS bigint), CAST(:today AS date))
 ORDER BY day, cause, site_id

-- name: coverage_change
SELECT stage, people_from, people_to, population_from, population_to, coverage_from, coverage_to, by_records, by_denominator,
       counted_from, counted_to, lacking
  FROM mart.coverage_change(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                            CAST(:from_batch AS bigint), CAST(:to_batch AS bigint), CAST(:from_day AS date),
                            CAST(:to_day AS date))
 ORDER BY stage

-- name: triangle
SELECT day, entered_on, doses
  FROM mart.triangle(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day, entered_on

-- name: completeness_by_day
SELECT days_after, share
  FROM mart.completeness_by_day(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY days_after

-- name: vaccine_days
SELECT vaccine_id, dose_number, day, doses
  FROM mart.vaccine_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                         CAST(:as_of AS bigint))
 ORDER BY day, vaccine_id, dose_number

-- name: lot_days
SELECT lot_number, day, doses
  FROM mart.lot_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                     CAST(:as_of AS bigint))
 ORDER BY day, lot_number

-- name: lots
SELECT lot_number, vaccine_id, doses, sites, first_on, last_on, is_disputed
  FROM mart.lots(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                 CAST(:as_of AS bigint))
 ORDER BY lot_number, vaccine_id

-- name: lot
SELECT lot_number, vaccine_id, site_id, place_unit_id, day, dose_number, doses
  FROM mart.lot(CAST(:lot AS text), CAST(:as_of AS bigint))
 ORDER BY day, site_id, vaccine_id, dose_number, lot_number

-- name: targets
SELECT unit_id, stage, age_band, priority_group, share, due_on, source, valid_from, is_sample, from_batch, began_at, ended_at,
       is_in_force
  FROM mart.targets(CAST(:unit AS int), CAST(:as_of AS bigint))
 ORDER BY stage, unit_id NULLS FIRST, age_band NULLS FIRST, priority_group NULLS FIRST, valid_from, from_batch

-- name: denominators
SELECT version_id, name, source, dated_on, valid_from, is_sample, began_at, ended_at, is_in_force, is_used, everybody,
       population, stage, people, coverage, lacking
  FROM mart.denominators(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY is_used DESC, is_in_force DESC, valid_from DESC, version_id DESC, stage

-- name: over_causes
SELECT unknown_residence, not_recognised, non_residents, elsewhere, duplicates, shared_ids
  FROM mart.over_causes(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))

-- name: not_recognised
SELECT spelling, doses, unit_id FROM mart.not_recognised() ORDER BY doses DESC, spelling LIMIT 200

-- name: unruled_pairs
SELECT before_vaccine_id, vaccine_id, doses, people FROM mart.unruled_pairs()
 ORDER BY people DESC, before_vaccine_id, vaccine_id

-- name: denominator_checks
SELECT "check", unit_id, version, other_version, population, other_population, difference
  FROM mart.denominator_checks(CAST(:unit AS int), CAST(:as_of AS bigint))
 ORDER BY "check", unit_id, version, other_version

-- name: stock
SELECT unit_id, is_self, vaccine_id, allocated, received, opened, discarded, given, wastage, usable, daily_use, cover_days,
       due_soon, runs_out_on
  FROM mart.stock(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint),
                  CAST(:level AS int))
 ORDER BY is_self DESC, unit_id, vaccine_id

-- name: rank_movement
SELECT unit_id, is_self, people, people_before, population, target_share, coverage, coverage_before, coverage_change, rank,
       rank_before, moved, lacking
  FROM mart.rank_movement(CAST(:unit AS int), CAST(:stage AS smallint), CAST(:ages AS smallint[]),
                          CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]), CAST(:today AS date),
                          CAST(:as_of AS bigint), CAST(:until AS date), CAST(:level AS int))
 ORDER BY rank, unit_id, is_self

-- name: coverage_by_day
SELECT unit_id, stage, day, people, coverage
  FROM mart.coverage_by_day(CAST(:units AS int[]), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                            CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY unit_id, stage, day

-- name: recast
SELECT unit_id, stage, people, population, coverage, units, counted, lacking
  FROM mart.recast(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                   CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:day AS date))
 ORDER BY unit_id, stage

-- name: taken_over
SELECT unit_id, successor_id
  FROM mart.taken_over(CAST(:unit AS int), CAST(:today AS date), CAST(:day AS date))
 ORDER BY successor_id, unit_id

-- name: flow
SELECT is_leaving, unit_id, doses
  FROM mart.flow(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY is_leaving, doses DESC, unit_id
