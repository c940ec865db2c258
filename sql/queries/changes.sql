-- The questions of the pages about then and now. As in coverage.sql: arithmetic lives in schema mart.

-- name: changed_places
SELECT * FROM mart.changed_places(CAST(:unit AS int), CAST(:figure AS text), CAST(:basis AS text), CAST(:ages AS smallint[]),
                                  {who CAST(:@ AS smallint[])}, CAST(:vaccines AS smallint[]), CAST(:from_batch AS bigint),
                                  CAST(:to_batch AS bigint), CAST(:today AS date))
 ORDER BY unit_id, cause

-- name: first_load
SELECT * FROM mart.first_load()
