-- The questions that the pages and the API ask about people and doses. Arithmetic lives in schema
-- mart; here is only which columns a question takes. Empty arrays never reach the database: no
-- filter is NULL.

-- name: standing
SELECT unit_id, parent_id, is_self, stage, people, people_today, people_yesterday, population,
       population_source, population_on, target_share, target_due_on, coverage, coverage_change,
       gap, pace, pace_needed, pressure, projected_from, projected_to, rank, counted, lacking
  FROM mart.standing(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                     CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                     CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id, stage

-- name: trend
SELECT day, stage, people
  FROM mart.trend(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                  CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                  CAST(:as_of AS bigint))
 ORDER BY day, stage

-- name: doses_trend
SELECT day, doses
  FROM mart.doses_trend(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                        CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                        CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day

-- name: doses_by_unit
SELECT unit_id, is_self, doses, doses_today, doses_yesterday, plan_today
  FROM mart.doses_by_unit(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                          CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                          CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                          CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: doses_by_hour
SELECT hour, doses
  FROM mart.doses_by_hour(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY hour

-- name: doses_by_vaccine
SELECT vaccine_id, dose_number, doses
  FROM mart.doses_by_vaccine(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                             CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                             CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY vaccine_id, dose_number

-- name: reconciliation
SELECT at_home, elsewhere, non_residents, unknown_residence, not_recognised, total
  FROM mart.reconciliation(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date),
                           CAST(:as_of AS bigint))

-- name: incomplete_from
SELECT mart.incomplete_from(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint)) AS day
