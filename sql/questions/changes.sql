-- Why and where a figure changed between two batches.

-- name: changes
SELECT * FROM mart.changes(CAST(:unit AS int), CAST(:figure AS text), CAST(:basis AS text), CAST(:ages AS smallint[]),
                           CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]), CAST(:from AS date),
                           CAST(:to AS date), CAST(:after_batch AS bigint), CAST(:to_batch AS bigint),
                           CAST(:today AS date){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY day, cause, site_id

-- name: changed_places
SELECT * FROM mart.changed_places(CAST(:unit AS int), CAST(:figure AS text), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                  CAST(:groups AS smallint[]), CAST(:vaccines AS smallint[]), CAST(:after_batch AS bigint),
                                  CAST(:to_batch AS bigint), CAST(:today AS date){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY unit_id, cause

-- name: coverage_change
SELECT * FROM mart.coverage_change(CAST(:unit AS int), CAST(:ages AS smallint[]), CAST(:groups AS smallint[]),
                                   CAST(:after_batch AS bigint), CAST(:to_batch AS bigint), CAST(:then AS date),
                                   CAST(:today AS date){more p_@ => CAST(:@ AS smallint[])})
 ORDER BY stage
