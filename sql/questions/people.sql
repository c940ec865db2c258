-- Where people stand.

-- name: standing
SELECT * FROM mart.standing(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                            CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                            CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int)
                            {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY is_self DESC, unit_id, stage

-- name: trend
SELECT * FROM mart.trend(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                         CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                         CAST(:as_of AS bigint){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY day, stage

-- name: standing_by_part
SELECT * FROM mart.standing_by_part(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date),
                                    CAST(:as_of AS bigint))
 ORDER BY part, number, stage
