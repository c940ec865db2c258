-- What came, what was used, how long it lasts.

-- name: stock
SELECT * FROM mart.stock(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:today AS date), CAST(:as_of AS bigint),
                         CAST(:level AS int))
 ORDER BY is_self DESC, unit_id, vaccine_id

-- name: site_stock
SELECT * FROM mart.site_stock(CAST(:unit AS int), CAST(:today AS date), CAST(:as_of AS bigint))
 ORDER BY site_id, vaccine_id
