-- Statements of the recount (`verify`). A statement named compare_… returns one row per difference, at most 100; none is
-- expected.

-- name: injections
SELECT person_key, source_id, record_id, injected_at, recorded_at, identity_checked_at, certificate_printed_at,
    app_confirmed_at, injected_on, site_id, place_unit_id, residence_unit_id, status::text, identity_status::text,
    sex::text, dose_kind::text, birth_year, vaccine_id, dose_number, priority_group, age_band, is_recorded_at_inferred,
    is_duplicate, is_valid, lot_number, birth_date, residence_code, batch_id, told, vaccine_alias_id, site_alias_id, age_from, age_to,
    unruled_after
FROM warehouse.injection ORDER BY person_key

-- name: units
SELECT code, greatest(valid_from, '0001-01-01'), least(valid_to, '9999-12-31'), unit_id FROM warehouse.unit WHERE unit_id > 0

-- name: code_form
SELECT code_pattern FROM warehouse.world

-- name: sites
SELECT site_id, unit_id FROM warehouse.site

-- name: age_bands
SELECT from_age, coalesce(to_age, 150), age_band FROM warehouse.age_band WHERE from_age IS NOT NULL

-- name: batches
SELECT batch_id, started_at FROM warehouse.batch

-- name: primary_series
SELECT vaccine_id, greatest(valid_from, '0001-01-01'), least(valid_to, '9999-12-31'), primary_doses FROM warehouse.primary_series

-- name: vaccine_aliases
SELECT alias_id, vaccine_id FROM warehouse.vaccine_alias

-- name: site_aliases
SELECT alias_id, site_id FROM warehouse.site_alias

-- name: own_codes
SELECT s.site_id, a.site_id FROM warehouse.site s JOIN warehouse.site_alias a ON a.alias = s.code

-- name: dose_rules
SELECT vaccine_id, previous_vaccine_id, valid_from, least(valid_to, '9999-12-31'), min_days, recommended_max_days
FROM warehouse.dose_rule

-- name: booster_rules
SELECT booster, valid_from, least(valid_to, '9999-12-31'), min_days FROM warehouse.booster_rule

-- name: create_recount_people
CREATE TEMP TABLE recount_people (stage smallint, priority_group smallint, vaccine_id smallint, age_band smallint,
    unit_id integer, day date, people bigint) ON COMMIT DROP

-- name: create_recount_doses
CREATE TEMP TABLE recount_doses (day date, site_id integer, place_unit_id integer, residence_unit_id integer,
    vaccine_id smallint, dose_number smallint, age_band smallint, priority_group smallint, doses bigint) ON COMMIT DROP

-- name: create_recount_entries
CREATE TEMP TABLE recount_entries (day date, site_id integer, place_unit_id integer, hour smallint,
    {each @ bigint}) ON COMMIT DROP

-- name: create_recount_entry_days
CREATE TEMP TABLE recount_entry_days (day date, site_id integer, place_unit_id integer, entered_on date, doses bigint) ON COMMIT DROP

-- name: create_recount_lots
CREATE TEMP TABLE recount_lots (day date, site_id integer, place_unit_id integer, vaccine_id smallint, dose_number smallint,
    lot_number text COLLATE "C", doses bigint) ON COMMIT DROP

-- name: create_recount_heard
CREATE TEMP TABLE recount_heard (site_id integer, heard_at timestamptz) ON COMMIT DROP

-- name: create_recount_injections
CREATE TEMP TABLE recount_injections (source_id smallint, record_id text) ON COMMIT DROP

-- name: create_recount_placings
CREATE TEMP TABLE recount_placings (source_id smallint, record_id text) ON COMMIT DROP

-- name: create_recount_spellings
CREATE TEMP TABLE recount_spellings (source_id smallint, record_id text) ON COMMIT DROP

-- name: create_recount_persons
CREATE TEMP TABLE recount_persons (person_key uuid, residence_unit_id integer, age_band smallint, priority_group smallint,
    doses smallint, second_due_on date, is_identity_shared boolean, first_on date, first_vaccine_id smallint,
    complete_on date, complete_vaccine_id smallint, booster1_on date, booster1_vaccine_id smallint, booster2_on date,
    booster2_vaccine_id smallint) ON COMMIT DROP

-- name: compare_injections
SELECT source_id, record_id FROM recount_injections LIMIT 100

-- name: compare_placings
-- Injections whose day, units or age band are not those of their time, site, residence code and birth.
SELECT source_id, record_id FROM recount_placings LIMIT 100

-- name: compare_spellings
-- Injections whose vaccine or site is not that of their alias.
SELECT source_id, record_id FROM recount_spellings LIMIT 100

-- name: compare_persons
-- Identified by one of the person's records: person keys must not appear in output or logs.
SELECT i.source_id, min(i.record_id) AS record_id
FROM (
    SELECT coalesce(r.person_key, p.person_key) AS person_key
    FROM recount_persons r FULL JOIN warehouse.person p ON p.person_key = r.person_key
    WHERE (r.person_key, r.residence_unit_id, r.age_band, r.priority_group, r.doses, r.second_due_on, r.is_identity_shared,
            r.first_on, r.first_vaccine_id, r.complete_on, r.complete_vaccine_id, r.booster1_on, r.booster1_vaccine_id,
            r.booster2_on, r.booster2_vaccine_id)
        IS DISTINCT FROM (p.person_key, p.residence_unit_id, p.age_band, p.priority_group, p.doses, p.second_due_on,
            p.is_identity_shared, p.first_on, p.first_vaccine_id, p.complete_on, p.complete_vaccine_id, p.booster1_on,
            p.booster1_vaccine_id, p.booster2_on, p.booster2_vaccine_id)
) AS other
LEFT JOIN warehouse.injection i ON i.person_key = other.person_key
GROUP BY other.person_key, i.source_id
LIMIT 100

-- name: compare_records
-- The table record → person against the injections, both ways.
SELECT coalesce(r.source_id, i.source_id) AS source_id, coalesce(r.record_id, i.record_id) AS record_id
FROM warehouse.record r
FULL JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE r.record_id IS NULL OR i.record_id IS NULL
LIMIT 100

-- name: compare_orphans
SELECT i.source_id, i.record_id
FROM warehouse.injection i
LEFT JOIN warehouse.site s ON s.site_id = i.site_id AND s.unit_id = i.place_unit_id
LEFT JOIN warehouse.vaccine v ON v.vaccine_id = i.vaccine_id
LEFT JOIN warehouse.unit u ON u.unit_id = i.residence_unit_id
LEFT JOIN warehouse.source o ON o.source_id = i.source_id
WHERE i.status = 'completed' AND (s.site_id IS NULL OR v.vaccine_id IS NULL OR u.unit_id IS NULL OR o.source_id IS NULL)
LIMIT 100

-- name: compare_counters
-- Per source: its counters against its batches, and loaded against held records.
SELECT s.name, s.received, b.received AS received_by_batches, s.loaded, b.loaded AS loaded_by_batches, s.unchanged,
    b.unchanged AS unchanged_by_batches, s.quarantined, b.quarantined AS quarantined_by_batches, s.vanished,
    b.vanished AS vanished_by_batches, h.vanished AS held_as_vanished
FROM warehouse.source s
LEFT JOIN (SELECT source_id, sum(received) AS received, sum(loaded) AS loaded, sum(unchanged) AS unchanged,
        sum(quarantined) AS quarantined, sum(vanished) AS vanished FROM warehouse.batch GROUP BY source_id) AS b USING (source_id)
LEFT JOIN (SELECT source_id, count(*) AS vanished FROM warehouse.injection WHERE status = 'vanished'
        GROUP BY source_id) AS h USING (source_id)
WHERE (s.received, s.loaded, s.unchanged, s.quarantined, s.vanished, s.vanished) IS DISTINCT FROM
    (coalesce(b.received, 0), coalesce(b.loaded, 0), coalesce(b.unchanged, 0), coalesce(b.quarantined, 0),
    coalesce(b.vanished, 0), coalesce(h.vanished, 0))

-- name: compare_ledger_people
WITH r AS (
    SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, sum(people) AS people
    FROM recount_people GROUP BY stage, priority_group, vaccine_id, age_band, unit_id, day
), h AS (
    SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, sum(people) AS people
    FROM warehouse.ledger_people GROUP BY stage, priority_group, vaccine_id, age_band, unit_id, day
    HAVING (sum(people)) <> (0)
)
SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, priority_group, vaccine_id, age_band, unit_id, day)
WHERE (r.people)
    IS DISTINCT FROM (h.people)
LIMIT 100

-- name: compare_balance_people
WITH r AS (
    SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, sum(people) AS people
    FROM recount_people GROUP BY stage, priority_group, vaccine_id, age_band, unit_id, day
), h AS (
    SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, sum(people) AS people
    FROM warehouse.balance_people GROUP BY stage, priority_group, vaccine_id, age_band, unit_id, day
    HAVING (sum(people)) <> (0)
)
SELECT stage, priority_group, vaccine_id, age_band, unit_id, day, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, priority_group, vaccine_id, age_band, unit_id, day)
WHERE (r.people)
    IS DISTINCT FROM (h.people)
LIMIT 100

-- name: compare_balance_people_unit_filters
WITH r AS (
    SELECT stage, unit_id, age_band, priority_group, vaccine_id, sum(people) AS people
    FROM recount_people GROUP BY stage, unit_id, age_band, priority_group, vaccine_id
), h AS (
    SELECT stage, unit_id, age_band, priority_group, vaccine_id, sum(people) AS people
    FROM warehouse.balance_people_unit_filters GROUP BY stage, unit_id, age_band, priority_group, vaccine_id
    HAVING (sum(people)) <> (0)
)
SELECT stage, unit_id, age_band, priority_group, vaccine_id, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, unit_id, age_band, priority_group, vaccine_id)
WHERE (r.people)
    IS DISTINCT FROM (h.people)
LIMIT 100

-- name: compare_balance_people_unit_day
WITH r AS (
    SELECT stage, unit_id, day, age_band, sum(people) AS people
    FROM recount_people GROUP BY stage, unit_id, day, age_band
), h AS (
    SELECT stage, unit_id, day, age_band, sum(people) AS people
    FROM warehouse.balance_people_unit_day GROUP BY stage, unit_id, day, age_band
    HAVING (sum(people)) <> (0)
)
SELECT stage, unit_id, day, age_band, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, unit_id, day, age_band)
WHERE (r.people)
    IS DISTINCT FROM (h.people)
LIMIT 100

-- name: compare_balance_people_unit
WITH r AS (
    SELECT stage, unit_id, age_band, sum(people) AS people
    FROM recount_people GROUP BY stage, unit_id, age_band
), h AS (
    SELECT stage, unit_id, age_band, sum(people) AS people
    FROM warehouse.balance_people_unit GROUP BY stage, unit_id, age_band
    HAVING (sum(people)) <> (0)
)
SELECT stage, unit_id, age_band, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, unit_id, age_band)
WHERE (r.people)
    IS DISTINCT FROM (h.people)
LIMIT 100

-- name: compare_ledger_doses
WITH r AS (
    SELECT day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group,
    sum(doses) AS doses
    FROM recount_doses GROUP BY day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group
), h AS (
    SELECT day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group,
    sum(doses) AS doses
    FROM warehouse.ledger_doses GROUP BY day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group
    HAVING (sum(doses)) <> (0)
)
SELECT day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, residence_unit_id, vaccine_id, dose_number, age_band, priority_group)
WHERE (r.doses)
    IS DISTINCT FROM (h.doses)
LIMIT 100

-- name: compare_balance_doses_unit_day
-- Each of the four grains.
WITH c AS (
    SELECT u.is_by_place, u.unit_id, vaccine_id, priority_group, age_band, dose_number, day, doses
    FROM recount_doses CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
), r AS (
    SELECT is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day, sum(doses) AS doses
    FROM (
        SELECT is_by_place, -1 AS vaccine_id, -1 AS priority_group, -1 AS age_band, -1 AS dose_number, unit_id, day, doses FROM c
        UNION ALL SELECT is_by_place, vaccine_id, -1, -1, dose_number, unit_id, day, doses FROM c
        UNION ALL SELECT is_by_place, -1, priority_group, -1, -1, unit_id, day, doses FROM c
        UNION ALL SELECT is_by_place, -1, -1, age_band, -1, unit_id, day, doses FROM c
    ) AS s
    GROUP BY is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day
), h AS (
    SELECT is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day, sum(doses) AS doses
    FROM warehouse.balance_doses_unit_day
    GROUP BY is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day
    HAVING (sum(doses)) <> (0)
)
SELECT is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day, r.doses AS recounted_doses,
    h.doses AS held_doses
FROM r FULL JOIN h USING (is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day)
WHERE (r.doses)
    IS DISTINCT FROM (h.doses)
LIMIT 100

-- name: compare_balance_doses_unit_filters
WITH r AS (
    SELECT is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group, sum(doses) AS doses
    FROM (SELECT u.is_by_place, u.unit_id, vaccine_id, priority_group, age_band, dose_number, day, doses
          FROM recount_doses CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)) AS c
    GROUP BY is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group
), h AS (
    SELECT is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group, sum(doses) AS doses
    FROM warehouse.balance_doses_unit_filters GROUP BY is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group
    HAVING (sum(doses)) <> (0)
)
SELECT is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group)
WHERE (r.doses)
    IS DISTINCT FROM (h.doses)
LIMIT 100

-- name: compare_balance_people_world_day_filters
WITH world AS (
    SELECT a.unit_id FROM warehouse.unit_ancestor a JOIN warehouse.world w ON w.root_unit_id = a.ancestor_id
), r AS (
    SELECT stage, priority_group, vaccine_id, age_band, day, sum(people) AS people
    FROM recount_people JOIN world USING (unit_id) GROUP BY stage, priority_group, vaccine_id, age_band, day
    HAVING sum(people) <> 0
), h AS (
    SELECT stage, priority_group, vaccine_id, age_band, day, sum(people) AS people
    FROM warehouse.balance_people_world_day_filters GROUP BY stage, priority_group, vaccine_id, age_band, day
    HAVING sum(people) <> 0
)
SELECT stage, priority_group, vaccine_id, age_band, day, r.people AS recounted_people, h.people AS held_people
FROM r FULL JOIN h USING (stage, priority_group, vaccine_id, age_band, day)
WHERE r.people IS DISTINCT FROM h.people
LIMIT 100

-- name: compare_balance_doses_world_day_filters
WITH world AS (
    SELECT a.unit_id FROM warehouse.unit_ancestor a JOIN warehouse.world w ON w.root_unit_id = a.ancestor_id
), r AS (
    SELECT u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses) AS doses
    FROM recount_doses
    CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
    JOIN world USING (unit_id)
    GROUP BY u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day
    HAVING sum(doses) <> 0
), h AS (
    SELECT is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses) AS doses
    FROM warehouse.balance_doses_world_day_filters
    GROUP BY is_by_place, vaccine_id, priority_group, age_band, dose_number, day
    HAVING sum(doses) <> 0
)
SELECT is_by_place, vaccine_id, priority_group, age_band, dose_number, day, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (is_by_place, vaccine_id, priority_group, age_band, dose_number, day)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_balance_doses_pair_month
WITH r AS (
    SELECT make_date(extract(year FROM day)::integer, extract(month FROM day)::integer, 1) AS month, place_unit_id,
        residence_unit_id, sum(doses) AS doses
    FROM recount_doses GROUP BY month, place_unit_id, residence_unit_id
), h AS (
    SELECT month, place_unit_id, residence_unit_id, sum(doses) AS doses
    FROM warehouse.balance_doses_pair_month GROUP BY month, place_unit_id, residence_unit_id
    HAVING (sum(doses)) <> (0)
)
SELECT month, place_unit_id, residence_unit_id, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (month, place_unit_id, residence_unit_id)
WHERE (r.doses)
    IS DISTINCT FROM (h.doses)
LIMIT 100

-- name: compare_posted_day
-- The first batch of each day, recomputed from the ledger as far as it is folded.
SELECT day, r.first_batch AS recounted_first_batch, h.first_batch AS held_first_batch
FROM (SELECT day, min(batch_id) AS first_batch FROM warehouse.ledger_doses
      WHERE batch_id <= (SELECT folded_through FROM warehouse.leader) GROUP BY day) AS r
FULL JOIN warehouse.posted_day h USING (day)
WHERE r.first_batch IS DISTINCT FROM h.first_batch
LIMIT 100

-- name: compare_people_before_doses
-- An as-of reads people only of days with doses posted by then, so no stage may be posted earlier.
SELECT p.batch_id, p.day
FROM warehouse.ledger_people p LEFT JOIN warehouse.posted_day d ON d.day = p.day AND d.first_batch <= p.batch_id
WHERE p.stage <= 4 AND d.day IS NULL AND p.batch_id <= (SELECT folded_through FROM warehouse.leader)
LIMIT 100

-- name: compare_entries_before_doses
SELECT e.batch_id, e.day
FROM warehouse.ledger_entries e LEFT JOIN warehouse.posted_day d ON d.day = e.day AND d.first_batch <= e.batch_id
WHERE d.day IS NULL AND e.batch_id <= (SELECT folded_through FROM warehouse.leader)
LIMIT 100

-- name: compare_balance_doses_pair_day
WITH r AS (
    SELECT day, place_unit_id, residence_unit_id, sum(doses) AS doses
    FROM recount_doses GROUP BY day, place_unit_id, residence_unit_id
), h AS (
    SELECT day, place_unit_id, residence_unit_id, sum(doses) AS doses
    FROM warehouse.balance_doses_pair_day GROUP BY day, place_unit_id, residence_unit_id
    HAVING (sum(doses)) <> (0)
)
SELECT day, place_unit_id, residence_unit_id, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, place_unit_id, residence_unit_id)
WHERE (r.doses)
    IS DISTINCT FROM (h.doses)
LIMIT 100

-- name: compare_ledger_entry_days
WITH r AS (
    SELECT day, site_id, place_unit_id, entered_on, sum(doses) AS doses
    FROM recount_entry_days GROUP BY day, site_id, place_unit_id, entered_on
), h AS (
    SELECT day, site_id, place_unit_id, entered_on, sum(doses) AS doses
    FROM warehouse.ledger_entry_days GROUP BY day, site_id, place_unit_id, entered_on
    HAVING sum(doses) <> 0
)
SELECT day, site_id, place_unit_id, entered_on, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, entered_on)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_balance_entry_days
WITH r AS (
    SELECT day, site_id, place_unit_id, entered_on, sum(doses) AS doses
    FROM recount_entry_days GROUP BY day, site_id, place_unit_id, entered_on
), h AS (
    SELECT day, site_id, place_unit_id, entered_on, sum(doses) AS doses
    FROM warehouse.balance_entry_days GROUP BY day, site_id, place_unit_id, entered_on
    HAVING sum(doses) <> 0
)
SELECT day, site_id, place_unit_id, entered_on, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, entered_on)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_ledger_lots
WITH r AS (
    SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, sum(doses) AS doses
    FROM recount_lots GROUP BY day, site_id, place_unit_id, vaccine_id, dose_number, lot_number
), h AS (
    SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, sum(doses) AS doses
    FROM warehouse.ledger_lots GROUP BY day, site_id, place_unit_id, vaccine_id, dose_number, lot_number
    HAVING sum(doses) <> 0
)
SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, vaccine_id, dose_number, lot_number)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_balance_lots
WITH r AS (
    SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, sum(doses) AS doses
    FROM recount_lots GROUP BY day, site_id, place_unit_id, vaccine_id, dose_number, lot_number
), h AS (
    SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, sum(doses) AS doses
    FROM warehouse.balance_lots GROUP BY day, site_id, place_unit_id, vaccine_id, dose_number, lot_number
    HAVING sum(doses) <> 0
)
SELECT day, site_id, place_unit_id, vaccine_id, dose_number, lot_number, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, vaccine_id, dose_number, lot_number)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_site_heard
-- heard_at must not be earlier than the site's latest record, capped at its arrival; it is later if a record was corrected.
SELECT r.site_id, r.recounted_heard_at, h.heard_at AS held_heard_at
FROM (SELECT site_id, max(heard_at) AS recounted_heard_at FROM recount_heard GROUP BY site_id) AS r
LEFT JOIN warehouse.site_heard h USING (site_id)
WHERE h.heard_at IS NULL OR h.heard_at < r.recounted_heard_at
LIMIT 100

-- name: compare_ledger_entries
WITH r AS (
    SELECT day, site_id, place_unit_id, hour, {each sum(@) AS @}
    FROM recount_entries GROUP BY day, site_id, place_unit_id, hour
), h AS (
    SELECT day, site_id, place_unit_id, hour, {each sum(@) AS @}
    FROM warehouse.ledger_entries GROUP BY day, site_id, place_unit_id, hour
    HAVING ({each sum(@)}) <> ({each 0})
)
SELECT day, site_id, place_unit_id, hour, r.doses AS recounted_doses, h.doses AS held_doses, r.duplicates AS recounted_duplicates, h.duplicates AS held_duplicates
FROM r FULL JOIN h USING (day, site_id, place_unit_id, hour)
WHERE ({each r.@}) IS DISTINCT FROM ({each h.@})
LIMIT 100

-- name: compare_balance_doses_site_hour
WITH r AS (
    SELECT day, site_id, place_unit_id, hour, sum(doses) AS doses
    FROM recount_entries GROUP BY day, site_id, place_unit_id, hour
    HAVING sum(doses) <> 0
), h AS (
    SELECT day, site_id, place_unit_id, hour, sum(doses) AS doses
    FROM warehouse.balance_doses_site_hour GROUP BY day, site_id, place_unit_id, hour
    HAVING sum(doses) <> 0
)
SELECT day, site_id, place_unit_id, hour, r.doses AS recounted_doses, h.doses AS held_doses
FROM r FULL JOIN h USING (day, site_id, place_unit_id, hour)
WHERE r.doses IS DISTINCT FROM h.doses
LIMIT 100

-- name: compare_balance_entries_site_day
WITH r AS (
    SELECT day, site_id, place_unit_id, {each sum(@) AS @}
    FROM recount_entries GROUP BY day, site_id, place_unit_id
), h AS (
    SELECT day, site_id, place_unit_id, {each sum(@) AS @}
    FROM warehouse.balance_entries_site_day GROUP BY day, site_id, place_unit_id
    HAVING ({each sum(@)}) <> ({each 0})
)
SELECT day, site_id, place_unit_id, r.doses AS recounted_doses, h.doses AS held_doses, r.duplicates AS recounted_duplicates, h.duplicates AS held_duplicates
FROM r FULL JOIN h USING (day, site_id, place_unit_id)
WHERE ({each r.@}) IS DISTINCT FROM ({each h.@})
LIMIT 100
