-- Writes reference tables from rows given as jsonb. Equal rows are not touched, so the row count says whether a new version
-- of the figures is needed.

-- name: write_age_bands
INSERT INTO warehouse.age_band AS held (age_band, label, from_age, to_age, is_eligible)
SELECT age_band, label, from_age, to_age, is_eligible
FROM jsonb_to_recordset(%(rows)s) AS r (age_band smallint, label text, from_age smallint, to_age smallint, is_eligible boolean)
ON CONFLICT (age_band) DO UPDATE SET label = excluded.label, from_age = excluded.from_age, to_age = excluded.to_age,
    is_eligible = excluded.is_eligible
WHERE held IS DISTINCT FROM excluded

-- name: extra_age_bands
SELECT label FROM warehouse.age_band WHERE age_band > %(bands)s

-- name: units_still_needed
-- Removed units are selected first: for units without injections each check would scan all injections.
WITH gone AS MATERIALIZED (
    SELECT u.unit_id, u.code, u.valid_from FROM warehouse.unit u
    WHERE u.unit_id > 0 AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date)
        WHERE r.code = u.code AND r.valid_from = u.valid_from)
)
SELECT u.code || ' (' || u.valid_from || ')' FROM gone u
WHERE (
    EXISTS (SELECT FROM warehouse.site s WHERE s.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.population p WHERE p.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.target t WHERE t.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.stock_movement t WHERE t.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.injection i WHERE u.unit_id IN (i.place_unit_id, i.residence_unit_id))
    OR EXISTS (SELECT FROM warehouse.person p WHERE p.residence_unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.ledger_people l WHERE l.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM warehouse.ledger_doses l WHERE u.unit_id IN (l.place_unit_id, l.residence_unit_id)))

-- name: orphan_units
-- Children of a removed unit get their parent again by code, or are refused.
UPDATE warehouse.unit c SET parent_id = NULL FROM warehouse.unit u WHERE u.unit_id = c.parent_id AND u.unit_id > 0 AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date)
    WHERE r.code = u.code AND r.valid_from = u.valid_from)

-- name: forget_units
DELETE FROM warehouse.unit_ancestor a USING warehouse.unit u
WHERE u.unit_id IN (a.unit_id, a.ancestor_id) AND u.unit_id > 0 AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date)
    WHERE r.code = u.code AND r.valid_from = u.valid_from)

-- name: remove_units
DELETE FROM warehouse.unit u WHERE unit_id > 0 AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date)
    WHERE r.code = u.code AND r.valid_from = u.valid_from)

-- name: write_units
INSERT INTO warehouse.unit AS held (code, valid_from, valid_to, level, name, name_en, sort_key, successor_code)
SELECT code, valid_from, coalesce(valid_to, 'infinity'), level, name, coalesce(name_en, name), sort_key, successor_code
FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date, valid_to date, level smallint, name text, name_en text,
    sort_key text, successor_code text)
ON CONFLICT (code, valid_from) DO UPDATE SET valid_to = excluded.valid_to, level = excluded.level, name = excluded.name,
    name_en = excluded.name_en, sort_key = excluded.sort_key, successor_code = excluded.successor_code
WHERE (held.valid_to, held.level, held.name, held.name_en, held.sort_key, held.successor_code) IS DISTINCT FROM
    (excluded.valid_to, excluded.level, excluded.name, excluded.name_en, excluded.sort_key, excluded.successor_code)

-- name: units_without_parent
SELECT r.code, r.parent_code
FROM jsonb_to_recordset(%(rows)s) AS r (code text, parent_code text, valid_from date)
WHERE r.parent_code IS NOT NULL AND NOT EXISTS (
    SELECT FROM warehouse.unit p WHERE p.code = r.parent_code AND r.valid_from BETWEEN p.valid_from AND p.valid_to)

-- name: write_unit_parents
UPDATE warehouse.unit u SET parent_id = p.unit_id
FROM jsonb_to_recordset(%(rows)s) AS r (code text, parent_code text, valid_from date)
LEFT JOIN warehouse.unit p ON p.code = r.parent_code AND r.valid_from BETWEEN p.valid_from AND p.valid_to
WHERE u.code = r.code AND u.valid_from = r.valid_from AND u.parent_id IS DISTINCT FROM p.unit_id

-- name: write_unit_ancestors
WITH RECURSIVE line AS (
    SELECT unit_id, unit_id AS ancestor_id, parent_id, 0 AS depth FROM warehouse.unit
    UNION ALL
    SELECT l.unit_id, p.unit_id, p.parent_id, l.depth + 1 FROM line l JOIN warehouse.unit p ON p.unit_id = l.parent_id
    WHERE l.depth < 20
), gone AS (
    DELETE FROM warehouse.unit_ancestor a
    WHERE NOT EXISTS (SELECT FROM line l WHERE l.unit_id = a.unit_id AND l.ancestor_id = a.ancestor_id)
    RETURNING 1
), written AS (
    INSERT INTO warehouse.unit_ancestor AS held (unit_id, ancestor_id, depth)
    SELECT unit_id, ancestor_id, depth FROM line
    ON CONFLICT (ancestor_id, unit_id) DO UPDATE SET depth = excluded.depth WHERE held.depth <> excluded.depth
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)

-- name: mark_world
-- Mark the units below the root. Returns those that changed.
UPDATE warehouse.unit u SET is_in_world = NOT is_in_world
WHERE is_in_world <> EXISTS (SELECT FROM warehouse.unit_ancestor a WHERE a.unit_id = u.unit_id AND a.ancestor_id = %(root)s)
RETURNING unit_id

-- name: counted_units
-- Doses suffice: nobody reaches a stage without one.
SELECT EXISTS (SELECT FROM unnest(%(units)s::integer[]) AS u (unit_id)
    JOIN warehouse.ledger_doses l ON l.place_unit_id = u.unit_id)
    OR EXISTS (SELECT FROM unnest(%(units)s::integer[]) AS u (unit_id)
    JOIN warehouse.ledger_doses l ON l.residence_unit_id = u.unit_id)

-- name: empty_balance_doses_world_day_filters
DELETE FROM warehouse.balance_doses_world_day_filters

-- name: empty_balance_people_world_day_filters
DELETE FROM warehouse.balance_people_world_day_filters

-- name: folded_through
SELECT folded_through FROM warehouse.leader FOR UPDATE

-- name: write_vaccines
INSERT INTO warehouse.vaccine AS held (code, name, manufacturer, primary_doses, approved_on, min_age)
SELECT code, name, manufacturer, primary_doses, approved_on, min_age
FROM jsonb_to_recordset(%(rows)s) AS r (code text, name text, manufacturer text, primary_doses smallint, approved_on date,
    min_age smallint)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, manufacturer = excluded.manufacturer,
    primary_doses = excluded.primary_doses, approved_on = excluded.approved_on, min_age = excluded.min_age
WHERE (held.name, held.manufacturer, held.primary_doses, held.approved_on, held.min_age) IS DISTINCT FROM
    (excluded.name, excluded.manufacturer, excluded.primary_doses, excluded.approved_on, excluded.min_age)

-- name: unknown_vaccines
SELECT DISTINCT code FROM jsonb_array_elements_text(%(codes)s) AS c (code)
WHERE NOT EXISTS (SELECT FROM warehouse.vaccine v WHERE v.code = c.code)

-- name: remove_primary_series
DELETE FROM warehouse.primary_series held WHERE NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date)
    JOIN warehouse.vaccine v ON v.code = r.code
    WHERE (v.vaccine_id, r.valid_from) = (held.vaccine_id, held.valid_from))
  AND held.vaccine_id IN (SELECT v.vaccine_id FROM jsonb_to_recordset(%(rows)s) AS r (code text)
    JOIN warehouse.vaccine v ON v.code = r.code)

-- name: write_primary_series
INSERT INTO warehouse.primary_series AS held (vaccine_id, valid_from, valid_to, primary_doses)
SELECT v.vaccine_id, r.valid_from,
    coalesce(lead(r.valid_from) OVER (PARTITION BY v.vaccine_id ORDER BY r.valid_from) - 1, 'infinity'), r.primary_doses
FROM jsonb_to_recordset(%(rows)s) AS r (code text, valid_from date, primary_doses smallint)
JOIN warehouse.vaccine v ON v.code = r.code
ON CONFLICT (vaccine_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, primary_doses = excluded.primary_doses
WHERE held IS DISTINCT FROM excluded

-- name: create_alias_given
CREATE TEMP TABLE IF NOT EXISTS alias_given (alias text COLLATE "C" PRIMARY KEY, target integer) ON COMMIT DELETE ROWS;
TRUNCATE alias_given

-- name: give_vaccine_aliases
-- A vaccine's own code and name are aliases too.
INSERT INTO alias_given (alias, target)
SELECT DISTINCT ON (alias) alias, vaccine_id FROM (
    SELECT lower(btrim(r.alias)) AS alias, v.vaccine_id, 1 AS turn
    FROM jsonb_to_recordset(%(rows)s) AS r (alias text, vaccine_code text) JOIN warehouse.vaccine v ON v.code = r.vaccine_code
    UNION ALL SELECT lower(btrim(code)), vaccine_id, 2 FROM warehouse.vaccine
    UNION ALL SELECT lower(btrim(name)), vaccine_id, 3 FROM warehouse.vaccine
) AS a
ORDER BY alias, turn, vaccine_id

-- name: change_vaccine_aliases
-- A removed alias means nothing but keeps its id, by which its doses are found.
UPDATE warehouse.vaccine_alias held SET vaccine_id = n.target
FROM warehouse.vaccine_alias k LEFT JOIN alias_given n ON n.alias = k.alias
WHERE k.alias = held.alias AND held.vaccine_id IS DISTINCT FROM n.target
RETURNING held.alias_id

-- name: add_vaccine_aliases
INSERT INTO warehouse.vaccine_alias (alias, vaccine_id) SELECT alias, target FROM alias_given ORDER BY alias
ON CONFLICT (alias) DO NOTHING

-- name: give_site_aliases
-- A site's own code is an alias too, unless it became one of another site.
INSERT INTO alias_given (alias, target)
SELECT DISTINCT ON (alias) alias, site_id FROM (
    SELECT r.alias, s.site_id, 1 AS turn
    FROM jsonb_to_recordset(%(rows)s) AS r (alias text, site_code text) JOIN warehouse.site s ON s.code = r.site_code
    UNION ALL SELECT code, site_id, 2 FROM warehouse.site
) AS a
ORDER BY alias, turn, site_id

-- name: change_site_aliases
UPDATE warehouse.site_alias held SET site_id = n.target
FROM warehouse.site_alias k LEFT JOIN alias_given n ON n.alias = k.alias
WHERE k.alias = held.alias AND held.site_id IS DISTINCT FROM n.target
RETURNING held.alias_id

-- name: add_site_aliases
INSERT INTO warehouse.site_alias (alias, site_id) SELECT alias, target FROM alias_given ORDER BY alias
ON CONFLICT (alias) DO NOTHING

-- name: remove_dose_rules
-- Before writing: a rule whose date was corrected must not be in force twice.
DELETE FROM warehouse.dose_rule held WHERE NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (vaccine_code text, previous_vaccine_code text, valid_from date)
    JOIN warehouse.vaccine v ON v.code = r.vaccine_code
    JOIN warehouse.vaccine p ON p.code = r.previous_vaccine_code
    WHERE (v.vaccine_id, p.vaccine_id, r.valid_from) = (held.vaccine_id, held.previous_vaccine_id, held.valid_from))

-- name: write_dose_rules
INSERT INTO warehouse.dose_rule AS held (
    vaccine_id, previous_vaccine_id, valid_from, valid_to, min_days, recommended_min_days, recommended_max_days)
SELECT v.vaccine_id, p.vaccine_id, r.valid_from,
    coalesce(lead(r.valid_from) OVER (PARTITION BY v.vaccine_id, p.vaccine_id ORDER BY r.valid_from) - 1, 'infinity'),
    r.min_days, r.recommended_min_days, r.recommended_max_days
FROM jsonb_to_recordset(%(rows)s) AS r (vaccine_code text, previous_vaccine_code text, valid_from date, min_days integer,
    recommended_min_days integer, recommended_max_days integer)
JOIN warehouse.vaccine v ON v.code = r.vaccine_code
JOIN warehouse.vaccine p ON p.code = r.previous_vaccine_code
ON CONFLICT (vaccine_id, previous_vaccine_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to,
    min_days = excluded.min_days, recommended_min_days = excluded.recommended_min_days,
    recommended_max_days = excluded.recommended_max_days
WHERE held IS DISTINCT FROM excluded

-- name: remove_booster_rules
DELETE FROM warehouse.booster_rule held WHERE NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (booster smallint, valid_from date)
    WHERE (r.booster, r.valid_from) = (held.booster, held.valid_from))

-- name: write_booster_rules
INSERT INTO warehouse.booster_rule AS held (booster, valid_from, valid_to, min_days)
SELECT booster, valid_from,
    coalesce(lead(valid_from) OVER (PARTITION BY booster ORDER BY valid_from) - 1, 'infinity'), min_days
FROM jsonb_to_recordset(%(rows)s) AS r (booster smallint, valid_from date, min_days integer)
ON CONFLICT (booster, valid_from) DO UPDATE SET valid_to = excluded.valid_to, min_days = excluded.min_days
WHERE held IS DISTINCT FROM excluded

-- name: unknown_units
SELECT DISTINCT code FROM jsonb_array_elements_text(%(codes)s) AS c (code)
WHERE NOT EXISTS (SELECT FROM warehouse.unit u WHERE u.code = c.code AND u.unit_id > 0)

-- name: root
-- The unit with that code on the day, else the last one.
SELECT unit_id, least(valid_to, '9999-12-31') FROM warehouse.unit WHERE code = %(root)s AND unit_id > 0
ORDER BY %(day)s::date BETWEEN valid_from AND valid_to DESC, valid_from DESC LIMIT 1

-- name: root_of_world
-- None before the first reference data.
SELECT (SELECT root_unit_id FROM warehouse.world)

-- name: rows_without_unit
SELECT DISTINCT r.unit_code || ' (' || r.valid_from || ')'
FROM jsonb_to_recordset(%(rows)s) AS r (unit_code text, valid_from date)
WHERE r.unit_code IS NOT NULL AND NOT EXISTS (
    SELECT FROM warehouse.unit u WHERE u.code = r.unit_code AND r.valid_from BETWEEN u.valid_from AND u.valid_to)

-- name: moved_sites
SELECT s.site_id
FROM jsonb_to_recordset(%(rows)s) AS r (code text, unit_code text, valid_from date)
JOIN warehouse.site s ON s.code = r.code
CROSS JOIN LATERAL (
    SELECT k.unit_id FROM warehouse.unit k WHERE k.code = r.unit_code
    ORDER BY coalesce(r.valid_from, %(day)s) BETWEEN k.valid_from AND k.valid_to DESC,
        %(day)s BETWEEN k.valid_from AND k.valid_to DESC, k.valid_from DESC LIMIT 1) AS u
WHERE s.unit_id <> u.unit_id

-- name: persons_concerned
-- A dose that came by a site's own code has no alias id, only the site.
SELECT DISTINCT person_key FROM warehouse.injection
WHERE site_id = ANY (%(sites)s) OR residence_code = ANY (%(residences)s) OR vaccine_alias_id = ANY (%(vaccine_aliases)s)
    OR site_alias_id = ANY (%(site_aliases)s)
    OR site_alias_id IS NULL AND site_id IN (SELECT s.site_id FROM warehouse.site s
        JOIN warehouse.site_alias a ON a.alias = s.code WHERE a.alias_id = ANY (%(site_aliases)s))

-- name: write_sites
-- The unit with that code when the site opened, else on the day, else the last one.
INSERT INTO warehouse.site AS held (code, name, kind, unit_id, daily_plan)
SELECT r.code, r.name, coalesce(r.kind, 'other'), u.unit_id, r.daily_plan
FROM jsonb_to_recordset(%(rows)s) AS r (code text, name text, kind text, unit_code text, daily_plan integer,
    valid_from date)
CROSS JOIN LATERAL (
    SELECT k.unit_id FROM warehouse.unit k WHERE k.code = r.unit_code
    ORDER BY coalesce(r.valid_from, %(day)s) BETWEEN k.valid_from AND k.valid_to DESC,
        %(day)s BETWEEN k.valid_from AND k.valid_to DESC, k.valid_from DESC LIMIT 1) AS u
ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, unit_id = excluded.unit_id,
    daily_plan = excluded.daily_plan
WHERE (held.name, held.kind, held.unit_id, held.daily_plan) IS DISTINCT FROM
    (excluded.name, excluded.kind, excluded.unit_id, excluded.daily_plan)

-- name: batch_to_come
-- The number of the batch that will commit this change; the row lock keeps others from taking it.
SELECT last_batch_id + 1 FROM warehouse.leader FOR UPDATE

-- name: create_given
-- The new rows, to be compared with those in force, which are closed and never overwritten, so that a figure as of a batch
-- stays as it was.
CREATE TEMP TABLE IF NOT EXISTS population_given (
    version_id integer, unit_id integer, age_band smallint, priority_group smallint, persons integer, is_summed boolean
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS target_given (
    unit_id integer, stage smallint, age_band smallint, priority_group smallint, share numeric(5, 4), due_on date,
    source text, valid_from date, is_sample boolean
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stock_given (
    unit_id integer, site_id integer, vaccine_id smallint, lot_number text COLLATE "C", kind text, day date, doses integer,
    doses_per_vial smallint, document text
) ON COMMIT DELETE ROWS;
TRUNCATE population_given, target_given, stock_given

-- name: close_population_versions
UPDATE warehouse.population_version held SET until_batch = %(batch)s::bigint
WHERE held.until_batch = 9223372036854775807 AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (version text, source text, dated_on date, valid_from date, is_sample boolean)
    WHERE (r.version, r.source, r.dated_on, r.valid_from, coalesce(r.is_sample, false))
        = (held.name, held.source, held.dated_on, held.valid_from, held.is_sample))

-- name: open_population_versions
INSERT INTO warehouse.population_version (name, source, dated_on, valid_from, is_sample, from_batch)
SELECT DISTINCT version, source, dated_on, valid_from, coalesce(is_sample, false), %(batch)s::bigint
FROM jsonb_to_recordset(%(rows)s) AS r (version text, source text, dated_on date, valid_from date, is_sample boolean)
ON CONFLICT (name) WHERE until_batch = 9223372036854775807 DO NOTHING

-- name: give_populations
INSERT INTO population_given
SELECT v.version_id, u.unit_id, b.age_band, r.priority_group, r.persons, false
FROM jsonb_to_recordset(%(rows)s) AS r (version text, valid_from date, unit_code text, age_band text,
    priority_group smallint, persons integer)
JOIN warehouse.population_version v ON v.name = r.version AND v.until_batch = 9223372036854775807
JOIN warehouse.unit u ON u.code = r.unit_code AND r.valid_from BETWEEN u.valid_from AND u.valid_to
LEFT JOIN warehouse.age_band b ON b.label = r.age_band

-- name: sum_populations
-- Roll up, one level per call: a unit without a row gets the sum of the units below it, if all of them have one; otherwise
-- people of all units would be a share of the population of some.
INSERT INTO population_given
SELECT p.version_id, u.parent_id, p.age_band, p.priority_group, sum(p.persons), true
FROM population_given p
JOIN warehouse.unit u ON u.unit_id = p.unit_id
JOIN warehouse.unit parent ON parent.unit_id = u.parent_id AND parent.level = %(level)s
JOIN warehouse.population_version v ON v.version_id = p.version_id
WHERE NOT EXISTS (
    SELECT FROM population_given k WHERE k.version_id = p.version_id AND k.unit_id = u.parent_id
      AND k.age_band IS NOT DISTINCT FROM p.age_band AND k.priority_group IS NOT DISTINCT FROM p.priority_group)
GROUP BY p.version_id, v.valid_from, u.parent_id, p.age_band, p.priority_group
HAVING count(*) = (
    SELECT count(*) FROM warehouse.unit sibling
    WHERE sibling.parent_id = u.parent_id AND v.valid_from BETWEEN sibling.valid_from AND sibling.valid_to)

-- name: close_populations
UPDATE warehouse.population held SET until_batch = %(batch)s::bigint
WHERE held.until_batch = 9223372036854775807 AND NOT EXISTS (
    SELECT FROM population_given g
    WHERE (g.version_id, g.unit_id, g.persons, g.is_summed) = (held.version_id, held.unit_id, held.persons, held.is_summed)
      AND g.age_band IS NOT DISTINCT FROM held.age_band AND g.priority_group IS NOT DISTINCT FROM held.priority_group)

-- name: open_populations
INSERT INTO warehouse.population (version_id, unit_id, age_band, priority_group, persons, is_summed, from_batch)
SELECT version_id, unit_id, age_band, priority_group, persons, is_summed, %(batch)s::bigint FROM population_given
ON CONFLICT (version_id, unit_id, age_band, priority_group) WHERE until_batch = 9223372036854775807 DO NOTHING

-- name: give_targets
INSERT INTO target_given
SELECT u.unit_id, s.stage, b.age_band, r.priority_group, r.share, r.due_on, r.source, r.valid_from, coalesce(r.is_sample, false)
FROM jsonb_to_recordset(%(rows)s) AS r (unit_code text, stage text, age_band text, priority_group smallint, share numeric,
    due_on date, source text, valid_from date, is_sample boolean)
JOIN warehouse.stage s ON s.code = r.stage AND s.is_reached
LEFT JOIN warehouse.unit u ON u.code = r.unit_code AND r.valid_from BETWEEN u.valid_from AND u.valid_to
LEFT JOIN warehouse.age_band b ON b.label = r.age_band

-- name: close_targets
UPDATE warehouse.target held SET until_batch = %(batch)s::bigint
WHERE held.until_batch = 9223372036854775807 AND NOT EXISTS (
    SELECT FROM target_given g
    WHERE (g.stage, g.share, g.due_on, g.source, g.valid_from, g.is_sample)
        = (held.stage, held.share, held.due_on, held.source, held.valid_from, held.is_sample)
      AND g.unit_id IS NOT DISTINCT FROM held.unit_id
      AND g.age_band IS NOT DISTINCT FROM held.age_band AND g.priority_group IS NOT DISTINCT FROM held.priority_group)

-- name: open_targets
INSERT INTO warehouse.target (unit_id, stage, age_band, priority_group, share, due_on, source, valid_from, is_sample, from_batch)
SELECT unit_id, stage, age_band, priority_group, share, due_on, source, valid_from, is_sample, %(batch)s::bigint FROM target_given
ON CONFLICT (unit_id, stage, age_band, priority_group, valid_from) WHERE until_batch = 9223372036854775807 DO NOTHING

-- name: unknown_sites
SELECT DISTINCT r.site_code FROM jsonb_to_recordset(%(rows)s) AS r (site_code text)
WHERE r.site_code IS NOT NULL AND NOT EXISTS (SELECT FROM warehouse.site s WHERE s.code = r.site_code)

-- name: stock_without_unit
SELECT DISTINCT r.unit_code || ' (' || r.day || ')'
FROM jsonb_to_recordset(%(rows)s) AS r (unit_code text, site_code text, day date)
WHERE r.site_code IS NULL AND NOT EXISTS (
    SELECT FROM warehouse.unit u WHERE u.code = r.unit_code AND r.day BETWEEN u.valid_from AND u.valid_to)

-- name: close_sessions
UPDATE warehouse.session held SET until_batch = %(batch)s::bigint
WHERE held.until_batch = 9223372036854775807 AND held.day >= %(told_from)s::date AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (site_code text, day date, from_hour smallint, to_hour smallint,
        planned_doses integer)
    JOIN warehouse.site s ON s.code = r.site_code
    WHERE (s.site_id, r.day, r.from_hour, r.to_hour) = (held.site_id, held.day, held.from_hour, held.until_hour)
      AND r.planned_doses IS NOT DISTINCT FROM held.planned_doses)

-- name: open_sessions
INSERT INTO warehouse.session (site_id, day, from_hour, until_hour, planned_doses, from_batch)
SELECT s.site_id, r.day, r.from_hour, r.to_hour, r.planned_doses, %(batch)s::bigint
FROM jsonb_to_recordset(%(rows)s) AS r (site_code text, day date, from_hour smallint, to_hour smallint, planned_doses integer)
JOIN warehouse.site s ON s.code = r.site_code
ON CONFLICT (site_id, day, from_hour) WHERE until_batch = 9223372036854775807 DO NOTHING

-- name: stock_in_force
SELECT DISTINCT coalesce(s.code, u.code) FROM warehouse.stock_movement m
JOIN warehouse.unit u USING (unit_id) LEFT JOIN warehouse.site s ON s.site_id = m.site_id
WHERE m.until_batch = 9223372036854775807 ORDER BY 1

-- name: give_stock
-- A site's stock is in the site's unit.
INSERT INTO stock_given
SELECT coalesce(s.unit_id, u.unit_id), s.site_id, v.vaccine_id, coalesce(r.lot_number, ''), r.kind, r.day, r.doses,
    r.doses_per_vial, coalesce(r.document, '')
FROM jsonb_to_recordset(%(rows)s) AS r (unit_code text, site_code text, vaccine_code text, lot_number text, kind text,
    day date, doses integer, doses_per_vial smallint, document text)
JOIN warehouse.vaccine v ON v.code = r.vaccine_code
LEFT JOIN warehouse.site s ON s.code = r.site_code
LEFT JOIN warehouse.unit u ON u.code = r.unit_code AND r.day BETWEEN u.valid_from AND u.valid_to

-- name: close_stock
UPDATE warehouse.stock_movement held SET until_batch = %(batch)s::bigint
WHERE held.until_batch = 9223372036854775807 AND NOT EXISTS (
    SELECT FROM stock_given g
    WHERE (g.unit_id, g.vaccine_id, g.lot_number, g.kind, g.day, g.doses, g.document)
        = (held.unit_id, held.vaccine_id, held.lot_number, held.kind, held.day, held.doses, held.document)
      AND g.site_id IS NOT DISTINCT FROM held.site_id AND g.doses_per_vial IS NOT DISTINCT FROM held.doses_per_vial)

-- name: open_stock
INSERT INTO warehouse.stock_movement (
    unit_id, site_id, vaccine_id, lot_number, kind, day, doses, doses_per_vial, document, from_batch)
SELECT unit_id, site_id, vaccine_id, lot_number, kind, day, doses, doses_per_vial, document, %(batch)s::bigint FROM stock_given
ON CONFLICT (unit_id, site_id, vaccine_id, lot_number, kind, day, document) WHERE until_batch = 9223372036854775807 DO NOTHING

-- name: write_world
INSERT INTO warehouse.world AS held (name, time_zone, levels, root_unit_id, is_sample, shift_days, code_pattern)
VALUES (%(name)s, %(time_zone)s, %(levels)s, %(root)s, %(is_sample)s, %(shift_days)s, %(code_pattern)s)
ON CONFLICT (is_only) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, levels = excluded.levels,
    root_unit_id = excluded.root_unit_id, is_sample = excluded.is_sample, shift_days = excluded.shift_days,
    code_pattern = excluded.code_pattern
WHERE (held.name, held.time_zone, held.levels, held.root_unit_id, held.is_sample, held.shift_days, held.code_pattern)
    IS DISTINCT FROM (excluded.name, excluded.time_zone, excluded.levels, excluded.root_unit_id, excluded.is_sample,
        excluded.shift_days, excluded.code_pattern)

-- name: key_fingerprint
SELECT key_fingerprint FROM warehouse.world

-- name: keep_key_fingerprint
UPDATE warehouse.world SET key_fingerprint = coalesce(key_fingerprint, %(fingerprint)s) RETURNING key_fingerprint
