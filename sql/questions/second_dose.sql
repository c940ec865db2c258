-- Who should have the second dose.

-- name: overdue
SELECT * FROM mart.overdue(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                           CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint), CAST(:level AS int)
                           {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY is_self DESC, unit_id

-- name: due_by_day
SELECT * FROM mart.due_by_day(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                              CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                              CAST(:as_of AS bigint){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY day, vaccine_id

-- name: dropout
SELECT * FROM mart.dropout(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                           CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date), CAST(:today AS date),
                           CAST(:as_of AS bigint), CAST(:red_coverage AS double precision), CAST(:level AS int)
                           {more p_@ => CAST(:@ AS smallint[])})
 ORDER BY is_self DESC, unit_id
