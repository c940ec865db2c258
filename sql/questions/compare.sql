-- Then and now.

-- name: rank_movement
SELECT * FROM mart.rank_movement(CAST(:unit AS int), CAST(:stage AS smallint), CAST(:ages AS smallint[]),
                                 CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]), CAST(:today AS date),
                                 CAST(:as_of AS bigint), CAST(:then AS date), CAST(:level AS int)
                                 {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY rank, unit_id, is_self

-- name: coverage_by_day
SELECT * FROM mart.coverage_by_day(CAST(:units AS int[]), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                                   CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint)
                                   {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY unit_id, stage, day

-- name: recast
SELECT * FROM mart.recast(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                          CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:day AS date)
                          {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY unit_id, stage

-- name: taken_over
SELECT * FROM mart.taken_over(CAST(:unit AS int), CAST(:today AS date), CAST(:day AS date))
 ORDER BY successor_id, unit_id
