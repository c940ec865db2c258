-- Folding (incremental aggregation): adds the postings of the batches after %(after_batch)s up to %(to_batch)s to the balances.
-- Sorted by key, so that rows that are read together are stored together.

-- name: fold_people
INSERT INTO warehouse.balance_people AS held (stage, unit_id, priority_group, vaccine_id, age_band, day, people)
SELECT stage, unit_id, priority_group, vaccine_id, age_band, day, sum(people)
FROM warehouse.ledger_people WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY stage, unit_id, priority_group, vaccine_id, age_band, day HAVING sum(people) <> 0
ORDER BY stage, unit_id, priority_group, vaccine_id, age_band, day
ON CONFLICT (stage, unit_id, priority_group, vaccine_id, age_band, day) DO UPDATE SET people = held.people + excluded.people

-- name: fold_people_unit_filters
INSERT INTO warehouse.balance_people_unit_filters AS held (stage, unit_id, age_band, priority_group, vaccine_id, people)
SELECT stage, unit_id, age_band, priority_group, vaccine_id, sum(people)
FROM warehouse.ledger_people WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY stage, unit_id, age_band, priority_group, vaccine_id HAVING sum(people) <> 0
ON CONFLICT (stage, unit_id, age_band, priority_group, vaccine_id) DO UPDATE SET people = held.people + excluded.people

-- name: fold_people_unit_day
INSERT INTO warehouse.balance_people_unit_day AS held (stage, unit_id, day, age_band, people)
SELECT stage, unit_id, day, age_band, sum(people)
FROM warehouse.ledger_people WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY stage, unit_id, day, age_band HAVING sum(people) <> 0
ORDER BY stage, unit_id, day, age_band
ON CONFLICT (stage, unit_id, day, age_band) DO UPDATE SET people = held.people + excluded.people

-- name: fold_people_world_day_filters
INSERT INTO warehouse.balance_people_world_day_filters AS held (stage, priority_group, vaccine_id, age_band, day, people)
SELECT stage, priority_group, vaccine_id, age_band, day, sum(people)
FROM warehouse.ledger_people WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
    AND unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
GROUP BY stage, priority_group, vaccine_id, age_band, day HAVING sum(people) <> 0
ORDER BY stage, priority_group, vaccine_id, age_band, day
ON CONFLICT (stage, priority_group, vaccine_id, age_band, day) DO UPDATE SET people = held.people + excluded.people

-- name: fold_people_unit
INSERT INTO warehouse.balance_people_unit AS held (stage, unit_id, age_band, people)
SELECT stage, unit_id, age_band, sum(people)
FROM warehouse.ledger_people WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY stage, unit_id, age_band HAVING sum(people) <> 0
ON CONFLICT (stage, unit_id, age_band) DO UPDATE SET people = held.people + excluded.people

-- name: note_days
-- Batches are folded in order, so the first one is kept.
INSERT INTO warehouse.posted_day (day, first_batch)
SELECT day, min(batch_id) FROM warehouse.ledger_doses WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY day
ON CONFLICT (day) DO NOTHING

-- name: fold_doses_unit_day
-- Four grains from one scan: total, by vaccine and dose number, by age, by group; -1 means all.
INSERT INTO warehouse.balance_doses_unit_day AS held (
    is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day, doses)
SELECT u.is_by_place, coalesce(vaccine_id, -1), coalesce(priority_group, -1), coalesce(age_band, -1),
    coalesce(dose_number, -1), u.unit_id, day, sum(doses)
FROM warehouse.ledger_doses
CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY u.is_by_place, u.unit_id, day, GROUPING SETS ((), (vaccine_id, dose_number), (age_band), (priority_group))
HAVING sum(doses) <> 0
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT (is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day)
DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_doses_world_day_filters
INSERT INTO warehouse.balance_doses_world_day_filters AS held (
    is_by_place, vaccine_id, priority_group, age_band, dose_number, day, doses)
SELECT u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses)
FROM warehouse.ledger_doses
CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
    AND u.unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
GROUP BY u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day HAVING sum(doses) <> 0
ORDER BY u.is_by_place, priority_group, age_band, vaccine_id, dose_number, day
ON CONFLICT (is_by_place, priority_group, age_band, vaccine_id, dose_number, day)
DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_doses_unit_filters
INSERT INTO warehouse.balance_doses_unit_filters AS held (
    is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group, doses)
SELECT u.is_by_place, u.unit_id, vaccine_id, dose_number, age_band, priority_group, sum(doses)
FROM warehouse.ledger_doses
CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY u.is_by_place, u.unit_id, vaccine_id, dose_number, age_band, priority_group HAVING sum(doses) <> 0
ORDER BY u.is_by_place, u.unit_id, vaccine_id, dose_number, age_band, priority_group
ON CONFLICT (is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group)
DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_doses_pair_month
INSERT INTO warehouse.balance_doses_pair_month AS held (month, place_unit_id, residence_unit_id, doses)
SELECT date_trunc('month', day)::date AS month, place_unit_id, residence_unit_id, sum(doses)
FROM warehouse.ledger_doses WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY month, place_unit_id, residence_unit_id HAVING sum(doses) <> 0
ON CONFLICT (month, place_unit_id, residence_unit_id) DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_doses_pair_day
INSERT INTO warehouse.balance_doses_pair_day AS held (place_unit_id, residence_unit_id, day, doses)
SELECT place_unit_id, residence_unit_id, day, sum(doses)
FROM warehouse.ledger_doses WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY place_unit_id, residence_unit_id, day HAVING sum(doses) <> 0
ORDER BY day, place_unit_id, residence_unit_id
ON CONFLICT (day, place_unit_id, residence_unit_id) DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_entry_days
INSERT INTO warehouse.balance_entry_days AS held (day, entered_on, site_id, place_unit_id, doses)
SELECT day, entered_on, site_id, place_unit_id, sum(doses)
FROM warehouse.ledger_entry_days WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY day, entered_on, site_id, place_unit_id HAVING sum(doses) <> 0
ORDER BY day, site_id, entered_on, place_unit_id
ON CONFLICT (day, site_id, entered_on, place_unit_id) DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_lots
INSERT INTO warehouse.balance_lots AS held (
    site_id, place_unit_id, day, doses, vaccine_id, dose_number, lot_number)
SELECT site_id, place_unit_id, day, sum(doses), vaccine_id, dose_number, lot_number
FROM warehouse.ledger_lots WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY site_id, place_unit_id, day, vaccine_id, dose_number, lot_number HAVING sum(doses) <> 0
ORDER BY site_id, day, vaccine_id, dose_number, lot_number, place_unit_id
ON CONFLICT (site_id, day, vaccine_id, dose_number, lot_number, place_unit_id)
DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_doses_site_hour
INSERT INTO warehouse.balance_doses_site_hour AS held (day, site_id, place_unit_id, hour, doses)
SELECT day, site_id, place_unit_id, hour, sum(doses)
FROM warehouse.ledger_entries WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY day, site_id, place_unit_id, hour HAVING sum(doses) <> 0
ORDER BY day, site_id, place_unit_id, hour
ON CONFLICT (day, site_id, place_unit_id, hour) DO UPDATE SET doses = held.doses + excluded.doses

-- name: fold_entries_site_day
INSERT INTO warehouse.balance_entries_site_day AS held (day, site_id, place_unit_id, {each @})
SELECT day, site_id, place_unit_id, {each sum(@)}
FROM warehouse.ledger_entries WHERE batch_id > %(after_batch)s AND batch_id <= %(to_batch)s
GROUP BY day, site_id, place_unit_id
ORDER BY day, site_id, place_unit_id
ON CONFLICT (day, site_id, place_unit_id) DO UPDATE SET
    {each @ = held.@ + excluded.@}
