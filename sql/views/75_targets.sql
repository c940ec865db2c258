-- Targets and populations with their history, coverage under each denominator, and checks of denominators.

-- Every target that ever held, of the unit, the units above it and below it, and of every unit (unit_id NULL). One row
-- per target and time in force; ended_at NULL while it holds. is_in_force: as of the batch asked for.
CREATE FUNCTION mart.targets(p_unit integer, p_as_of bigint) RETURNS TABLE (
    unit_id integer, stage smallint, age_band smallint, priority_group smallint, share double precision, due_on date,
    source text, valid_from date, is_sample boolean, from_batch bigint, began_at timestamptz, ended_at timestamptz,
    is_in_force boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT t.unit_id, t.stage, t.age_band, t.priority_group, t.share::double precision, t.due_on, t.source, t.valid_from,
        t.is_sample, t.from_batch, b.committed_at, e.committed_at, mart.holds(t.from_batch, t.until_batch, p_as_of)
    FROM warehouse.target t
    LEFT JOIN warehouse.batch b ON b.batch_id = t.from_batch
    LEFT JOIN warehouse.batch e ON e.batch_id = t.until_batch
    WHERE t.from_batch <= coalesce(p_as_of, t.from_batch) AND (t.unit_id IS NULL OR EXISTS (
        SELECT FROM warehouse.unit_ancestor a
        WHERE (a.unit_id, a.ancestor_id) IN ((t.unit_id, p_unit), (p_unit, t.unit_id))))
$$;

-- Every version of the populations, with what it says of a unit and the coverage under it. One row per version (name and
-- time in force) and stage; population NULL where it does not say all of the ages that are counted, of some of the units below
-- where it says them of these alone: people are theirs then, and lacking the others. is_used: the one that coverage is divided
-- by on p_today.
CREATE FUNCTION mart.denominators(p_unit integer, p_today date, p_as_of bigint) RETURNS TABLE (
    version_id integer, name text, source text, dated_on date, valid_from date, is_sample boolean, began_at timestamptz,
    ended_at timestamptz, is_in_force boolean, is_used boolean, everybody bigint, population bigint, stage smallint,
    people bigint, coverage double precision, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH used AS (
        SELECT f.version_id FROM mart.population_in_force(p_today, p_as_of) f
    ), held AS (
        SELECT v.*, mart.holds(v.from_batch, v.until_batch, p_as_of) AS is_in_force
        FROM warehouse.population_version v WHERE v.from_batch <= coalesce(p_as_of, v.from_batch)
    ), eligible AS (
        SELECT array_agg(b.age_band) AS ages, count(*) FILTER (WHERE b.age_band <> 0) AS bands, mart.units_in(p_unit) AS units
        FROM warehouse.age_band b WHERE b.is_eligible
    ), said AS MATERIALIZED (
        SELECT h.version_id, p.unit_id, bool_or(bool_or(p.age_band IS NOT NULL)) OVER (PARTITION BY h.version_id) AS has_ages,
            sum(p.persons) FILTER (WHERE p.age_band IS NULL AND p.priority_group IS NULL) AS of_all,
            sum(p.persons) FILTER (WHERE p.age_band IS NOT NULL) AS of_bands,
            CASE WHEN count(*) FILTER (WHERE p.age_band = ANY (e.ages)) = min(e.bands)
                 THEN sum(p.persons) FILTER (WHERE p.age_band = ANY (e.ages)) END AS of_eligible
        FROM held h CROSS JOIN eligible e
        -- What an ended version said last.
        JOIN warehouse.population p ON p.version_id = h.version_id
            AND CASE WHEN h.is_in_force THEN mart.holds(p.from_batch, p.until_batch, p_as_of) ELSE p.until_batch = h.until_batch END
        GROUP BY h.version_id, p.unit_id
    ), known AS MATERIALIZED (
        SELECT s.version_id, s.unit_id, s.has_ages, CASE WHEN s.has_ages THEN s.of_eligible ELSE s.of_all END AS population
        FROM said s CROSS JOIN eligible e WHERE s.unit_id = ANY (e.units)
    ), piece AS MATERIALIZED (
        -- itself, else the largest below of which it says something
        SELECT k.version_id, k.has_ages, sum(k.population) AS population, array_agg(k.unit_id) AS units
        FROM known k
        WHERE k.population IS NOT NULL AND NOT EXISTS (
            SELECT FROM known over JOIN warehouse.unit_ancestor a ON a.ancestor_id = over.unit_id AND a.depth > 0
            WHERE over.version_id = k.version_id AND over.population IS NOT NULL AND a.unit_id = k.unit_id)
        GROUP BY k.version_id, k.has_ages
    ), part AS MATERIALIZED (
        SELECT p.version_id, p.has_ages, p.population,
            CASE WHEN p.units = ARRAY[p_unit] THEN e.units ELSE mart.units_of(p.units) END AS units,
            CASE WHEN p.units <> ARRAY[p_unit] THEN mart.population_lacks(p_unit, p.units, p_today) END AS lacking
        FROM piece p CROSS JOIN eligible e
    ), reached AS MATERIALIZED (
        SELECT r.unit_id, r.stage, sum(r.people) FILTER (WHERE g.is_eligible) AS of_eligible,
            sum(r.people) FILTER (WHERE NOT g.is_eligible) AS of_all
        FROM (VALUES (true), (false)) AS g (is_eligible) CROSS JOIN eligible e
        CROSS JOIN LATERAL mart.people_reached(e.units, CASE WHEN g.is_eligible THEN e.ages END, {who NULL}, NULL, NULL, NULL, p_as_of) r
        GROUP BY r.unit_id, r.stage
    )
    SELECT h.version_id, h.name, h.source, h.dated_on, h.valid_from, h.is_sample, b.committed_at, e.committed_at,
        h.is_in_force, coalesce(h.version_id = u.version_id, false), coalesce(s.of_all, s.of_bands)::bigint, p.population::bigint,
        c.stage, k.people::bigint, CASE WHEN (SELECT mart.tells_reach()) THEN k.people::double precision / nullif(p.population, 0) END,
        p.lacking
    FROM held h
    LEFT JOIN said s ON s.version_id = h.version_id AND s.unit_id = p_unit
    LEFT JOIN part p ON p.version_id = h.version_id
    LEFT JOIN used u ON true
    LEFT JOIN warehouse.batch b ON b.batch_id = h.from_batch
    LEFT JOIN warehouse.batch e ON e.batch_id = h.until_batch
    JOIN warehouse.stage c ON c.is_reached
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE WHEN p.has_ages THEN r.of_eligible ELSE r.of_all END), 0) AS people
        FROM reached r WHERE r.stage = c.stage AND (p.units IS NULL OR r.unit_id = ANY (p.units))) AS k
$$;

-- Indicator 23: what may put coverage wrong, with its count. One row. Residents whose unit is not known and visitors
-- are doses injected in the unit; they are in no numerator of it, and are what a wrong residence is made of. shared_ids are
-- persons; no balance holds them, so they are known as of the last batch alone (NULL as of an earlier one, or of some days).
CREATE FUNCTION mart.over_causes(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (
    unknown_residence bigint, not_recognised bigint, non_residents bigint, elsewhere bigint, duplicates bigint, shared_ids bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT r.unknown_residence, r.not_recognised, r.non_residents, r.elsewhere, q.duplicates,
        CASE WHEN p_from IS NULL AND p_to IS NULL
             AND coalesce(p_as_of, 9223372036854775807) >= (SELECT l.folded_through FROM warehouse.leader l) THEN (
            SELECT count(*) FROM warehouse.person p
            JOIN warehouse.unit_ancestor a ON a.unit_id = p.residence_unit_id AND a.ancestor_id = p_unit
            WHERE p.is_identity_shared) END
    FROM mart.reconciliation(p_unit, p_from, p_to, p_as_of) r CROSS JOIN mart.quality(p_unit, p_from, p_to, p_as_of) q
$$;

-- Residences that are no unit of ours and no code of the country, by their spelling: the doses that stand under "not
-- recognised". unit_id is the unit that has the code on other days than those of these doses. No balance holds spellings, so
-- they are known as of the last batch alone. One row per spelling.
CREATE FUNCTION mart.not_recognised() RETURNS TABLE (spelling text, doses bigint, unit_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT i.residence_code, i.doses, ours.unit_id
    FROM (SELECT residence_code, count(*) AS doses FROM warehouse.injection
          WHERE residence_unit_id = -2 AND status = 'completed' AND NOT is_duplicate GROUP BY residence_code) AS i
    LEFT JOIN LATERAL (SELECT r.unit_id FROM warehouse.residence_reading r
          WHERE r.spelling = i.residence_code AND r.unit_id > 0 ORDER BY r.valid_from DESC LIMIT 1) AS ours ON true
$$;

-- Indicator 24: where denominators disagree. check 'sources': two versions in force differ by 10 % of the smaller or more,
-- about the unit or one right below it; 'children': the units below, where it says something of each, add up to something
-- else than the version says of the unit (difference = children - unit). One row per finding.
CREATE FUNCTION mart.denominator_checks(p_unit integer, p_as_of bigint) RETURNS TABLE (
    "check" text, unit_id integer, version text, other_version text, population bigint, other_population bigint,
    difference double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH everybody AS (
        SELECT v.version_id, v.name, v.valid_from, p.unit_id,
            coalesce(sum(p.persons) FILTER (WHERE p.age_band IS NULL), sum(p.persons)) AS persons
        FROM warehouse.population_version v
        JOIN warehouse.population p ON p.version_id = v.version_id AND mart.holds(p.from_batch, p.until_batch, p_as_of)
        WHERE mart.holds(v.from_batch, v.until_batch, p_as_of) AND p.priority_group IS NULL
        GROUP BY v.version_id, v.name, v.valid_from, p.unit_id
    ), mine AS (
        SELECT a.unit_id, a.depth FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit AND a.depth <= 1
    ), below AS (
        SELECT e.version_id, u.parent_id, sum(e.persons) AS persons, count(*) AS units
        FROM everybody e JOIN warehouse.unit u ON u.unit_id = e.unit_id AND e.valid_from BETWEEN u.valid_from AND u.valid_to
        GROUP BY e.version_id, u.parent_id
    )
    SELECT 'sources', x.unit_id, x.name, y.name, x.persons::bigint, y.persons::bigint,
        ((y.persons - x.persons)::numeric / nullif(least(x.persons, y.persons), 0))::double precision
    FROM everybody x JOIN mine m ON m.unit_id = x.unit_id
    JOIN everybody y ON y.unit_id = x.unit_id AND y.version_id > x.version_id
    WHERE abs(y.persons - x.persons) >= 0.1 * least(x.persons, y.persons) AND x.persons <> y.persons
    UNION ALL
    SELECT 'children', e.unit_id, e.name, NULL, e.persons::bigint, b.persons::bigint,
        ((b.persons - e.persons)::numeric / nullif(e.persons, 0))::double precision
    FROM everybody e JOIN mine m ON m.unit_id = e.unit_id
    JOIN below b ON b.version_id = e.version_id AND b.parent_id = e.unit_id
    WHERE b.persons <> e.persons AND b.units = (
        SELECT count(*) FROM warehouse.unit k WHERE k.parent_id = e.unit_id AND e.valid_from BETWEEN k.valid_from AND k.valid_to)
$$;
