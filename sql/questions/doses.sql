-- Doses given, and of whom.

-- name: doses_trend
SELECT * FROM mart.doses_trend(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                               CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                               CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint)
                               {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY day

-- name: doses_by_unit
SELECT * FROM mart.doses_by_unit(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                 CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                                 CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                                 CAST(:as_of AS bigint), CAST(:level AS int){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY is_self DESC, unit_id

-- name: doses_by_hour
SELECT * FROM mart.doses_by_hour(CAST(:unit AS int), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY hour

-- name: doses_by_vaccine
SELECT * FROM mart.doses_by_vaccine(CAST(:unit AS int), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                    CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]),
                                    CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint)
                                    {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY vaccine_id, dose_number

-- name: reconciliation
SELECT * FROM mart.reconciliation(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date),
                                  CAST(:as_of AS bigint))

-- name: flow
SELECT * FROM mart.flow(CAST(:unit AS int), CAST(:from AS date), CAST(:to AS date), CAST(:as_of AS bigint))
 ORDER BY is_leaving, doses DESC, unit_id

-- name: arrivals
SELECT * FROM mart.arrivals(CAST(:unit AS integer), CAST(:basis AS text), CAST(:day AS date), CAST(:as_of AS bigint))
 ORDER BY batch_id DESC
