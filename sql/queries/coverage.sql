-- The questions that the pages and the API ask about people and doses. Arithmetic and columns live
-- in schema mart; here are only the arguments and the order. A question's columns are the fields of
-- its row type in dashboard/data, in their order (tests/dashboard/test_questions.py). Empty arrays
-- never reach the database: no filter is NULL.

-- name: standing
SELECT * FROM mart.standing(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                            CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                            CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id, stage

-- name: trend
SELECT * FROM mart.trend(CAST(:unit AS int), CAST(:ages AS smallint[]), {who CAST(:@ AS smallint[])},
                         CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                         CAST(:as_of AS bigint))
 ORDER BY day, stage

-- name: doses_trend
SELECT * FROM mart.doses_trend(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                               {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]),
                               CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY day

-- name: doses_by_unit
SELECT * FROM mart.doses_by_unit(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                 {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]),
                                 CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                                 CAST(:as_of AS bigint), CAST(:level AS int))
 ORDER BY is_self DESC, unit_id

-- name: doses_by_hour
SELECT * FROM mart.doses_by_hour(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY hour

-- name: doses_by_vaccine
SELECT * FROM mart.doses_by_vaccine(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                    {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]),
                                    CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY vaccine_id, dose_number

-- name: reconciliation
SELECT * FROM mart.reconciliation(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date),
                                  CAST(:as_of AS bigint))

-- name: incomplete_from
SELECT mart.incomplete_from(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint)) AS day
