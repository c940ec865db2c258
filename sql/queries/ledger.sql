-- Postings: the difference that a batch makes to the figures, by cell and cause.

-- name: post_people
INSERT INTO warehouse.ledger_people (
    batch_id, posting, day, unit_id, people, stage, age_band, priority_group, vaccine_id, cause)
WITH reached AS (
    SELECT p.person_key, p.residence_unit_id, p.age_band, p.priority_group, s.stage, s.day, s.vaccine_id, p.sign
    FROM (SELECT *, 1 AS sign FROM person_after UNION ALL SELECT *, -1 FROM person_before) AS p
    CROSS JOIN LATERAL (VALUES
        (1::smallint, p.first_on, p.first_vaccine_id), (2::smallint, p.complete_on, p.complete_vaccine_id),
        (3::smallint, p.booster1_on, p.booster1_vaccine_id), (4::smallint, p.booster2_on, p.booster2_vaccine_id),
        -- Pseudo-stages: waiting for the second dose, and due for it, posted on the last day before it is overdue.
        (5::smallint, CASE WHEN p.doses = 1 THEN p.second_due_on END, p.first_vaccine_id),
        (6::smallint, p.second_due_on, p.first_vaccine_id)
    ) AS s (stage, day, vaccine_id)
    WHERE s.day IS NOT NULL
)
SELECT %(batch_id)s, row_number() OVER (), r.day, r.residence_unit_id, sum(r.sign), r.stage, r.age_band,
    r.priority_group, r.vaccine_id, t.cause
FROM reached r JOIN touched t ON t.person_key = r.person_key
GROUP BY r.day, r.residence_unit_id, r.stage, r.age_band, r.priority_group, r.vaccine_id, t.cause
HAVING sum(r.sign) <> 0

-- name: post_doses
INSERT INTO warehouse.ledger_doses (
    batch_id, posting, day, site_id, place_unit_id, residence_unit_id, doses, vaccine_id, dose_number, age_band,
    priority_group, cause)
SELECT %(batch_id)s, row_number() OVER (), injected_on, site_id, place_unit_id, residence_unit_id, sum(sign), vaccine_id,
    dose_number, age_band, priority_group, cause
FROM (
    SELECT injected_on, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group,
        cause, 1 AS sign
    FROM after WHERE is_given
    UNION ALL
    SELECT injected_on, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group,
        cause, -1
    FROM before WHERE status = 'completed' AND NOT is_duplicate
) AS side
GROUP BY injected_on, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group, cause
HAVING sum(sign) <> 0

-- name: post_entry_days
INSERT INTO warehouse.ledger_entry_days (batch_id, posting, day, entered_on, site_id, place_unit_id, doses, cause)
SELECT %(batch_id)s, row_number() OVER (), injected_on, entered_on, site_id, place_unit_id, sum(sign), cause
FROM (
    SELECT injected_on, site_id, place_unit_id, cause, 1 AS sign,
        CASE WHEN is_recorded_at_inferred THEN '9999-12-31' ELSE (recorded_at AT TIME ZONE %(time_zone)s)::date END AS entered_on
    FROM after WHERE is_given
    UNION ALL
    SELECT injected_on, site_id, place_unit_id, cause, -1,
        CASE WHEN is_recorded_at_inferred THEN '9999-12-31' ELSE (recorded_at AT TIME ZONE %(time_zone)s)::date END
    FROM before WHERE status = 'completed' AND NOT is_duplicate
) AS side
GROUP BY injected_on, entered_on, site_id, place_unit_id, cause
HAVING sum(sign) <> 0

-- name: post_lots
INSERT INTO warehouse.ledger_lots (
    batch_id, posting, day, site_id, place_unit_id, doses, vaccine_id, dose_number, cause, lot_number)
SELECT %(batch_id)s, row_number() OVER (), injected_on, site_id, place_unit_id, sum(sign), vaccine_id, dose_number, cause,
    lot_number
FROM (
    SELECT injected_on, site_id, place_unit_id, vaccine_id, dose_number, cause, 1 AS sign,
        coalesce(lot_number, '') AS lot_number
    FROM after WHERE is_given
    UNION ALL
    SELECT injected_on, site_id, place_unit_id, vaccine_id, dose_number, cause, -1, coalesce(lot_number, '')
    FROM before WHERE status = 'completed' AND NOT is_duplicate
) AS side
GROUP BY injected_on, site_id, place_unit_id, vaccine_id, dose_number, cause, lot_number
HAVING sum(sign) <> 0

-- name: hear_sites
-- A site that sent a record, valid or not, is not silent. Capped at now, so that a mistyped year cannot suppress the alert.
INSERT INTO warehouse.site_heard AS held (site_id, heard_at)
SELECT site_id, max(least(recorded_at, %(now)s))
FROM (
    SELECT site_id, recorded_at FROM after WHERE site_id IS NOT NULL AND batch_id = %(batch_id)s
    UNION ALL
    -- and of records that turned out to be of this site
    SELECT a.site_id, a.recorded_at
    FROM after a
    LEFT JOIN before b ON b.person_key = a.person_key AND b.source_id = a.source_id AND b.record_id = a.record_id
    WHERE a.cause = 'reclassified' AND a.site_id IS NOT NULL AND a.site_id IS DISTINCT FROM b.site_id
) AS heard
GROUP BY site_id ORDER BY site_id
ON CONFLICT (site_id) DO UPDATE SET heard_at = excluded.heard_at WHERE held.heard_at < excluded.heard_at

-- name: post_entries
-- Each dose adds one to every measure whose condition it meets (sql/measures.py); a duplicate adds one to duplicates only.
INSERT INTO warehouse.ledger_entries (
    batch_id, posting, day, site_id, place_unit_id, hour, cause, {each @})
WITH side AS (
    SELECT cause, 1 AS sign, {recorded}
    FROM after WHERE status = 'completed'
    UNION ALL
    SELECT cause, -1, {recorded}
    FROM before WHERE status = 'completed'
), measured AS (
    SELECT *, date_part('hour', injected_at AT TIME ZONE %(time_zone)s)::smallint AS hour,
        CASE WHEN is_duplicate THEN 0 ELSE sign END AS dose,
        CASE WHEN NOT is_recorded_at_inferred
             THEN (recorded_at AT TIME ZONE %(time_zone)s)::date - injected_on END AS lag_days
    FROM side
    OFFSET 0
), summed AS (
    SELECT injected_on, site_id, place_unit_id, hour, cause,
        {each @sum AS @}
    FROM measured
    GROUP BY injected_on, site_id, place_unit_id, hour, cause
)
SELECT %(batch_id)s, row_number() OVER (), injected_on, site_id, place_unit_id, hour, cause, {each @}
FROM summed
WHERE ({each @}) <> ({each 0})
