-- What was given of which vaccine and lot.

-- name: vaccine_days
SELECT * FROM mart.vaccine_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                                CAST(:as_of AS bigint))
 ORDER BY day, vaccine_id, dose_number

-- name: lot_days
SELECT * FROM mart.lot_days(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                            CAST(:as_of AS bigint))
 ORDER BY day, lot_number

-- name: lots
SELECT * FROM mart.lots(CAST(:unit AS int), CAST(:vaccines AS smallint[]), CAST(:from AS date), CAST(:to AS date),
                        CAST(:as_of AS bigint))
 ORDER BY lot_number, vaccine_id

-- name: lot
SELECT * FROM mart.lot(CAST(:lot AS text), CAST(:as_of AS bigint))
 ORDER BY day, site_id, vaccine_id, dose_number, lot_number

-- name: unruled_pairs
SELECT * FROM mart.unruled_pairs()
 ORDER BY people DESC, before_vaccine_id, vaccine_id
