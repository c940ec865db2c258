-- Why a figure changed: the postings between two batches, by cause. They add up to the difference, by construction of
-- the ledger.

-- What was posted after p_after_batch up to p_to_batch (NULL: the last) for p_figure: 'doses' (by p_basis) or a stage of
-- warehouse.stage. Filters as for people, with the ages that p_today's populations make eligible for stages, all for
-- doses. In pieces to be added up; site_id is NULL for people. The caller's rights, so that it becomes a part of the
-- caller's plan.
CREATE FUNCTION mart.posted_between(
    p_figure text, p_basis text, p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[],
    p_after_batch bigint, p_to_batch bigint, p_today date)
RETURNS TABLE (unit_id integer, day date, cause warehouse.cause, site_id integer, amount integer)
LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT CASE WHEN p_figure = 'doses' THEN p_ages ELSE mart.counted_ages(p_ages, p_today, p_to_batch) END AS ages,
            least(coalesce(p_to_batch, 9223372036854775807), (SELECT folded_through FROM warehouse.leader)) AS last_batch
    )
    SELECT p.unit_id, p.day, p.cause, NULL::integer, p.people
    FROM warehouse.ledger_people p CROSS JOIN asked
    WHERE p.batch_id > p_after_batch AND p.batch_id <= asked.last_batch
      AND p.stage = (SELECT s.stage FROM warehouse.stage s WHERE s.code = p_figure AND s.is_reached)
      AND (asked.ages IS NULL OR p.age_band = ANY (asked.ages))
      AND {who and: (p_@ IS NULL OR p.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR p.vaccine_id = ANY (p_vaccines))
    UNION ALL
    SELECT CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END, d.day, d.cause, d.site_id, d.doses
    FROM warehouse.ledger_doses d CROSS JOIN asked
    WHERE p_figure = 'doses' AND d.batch_id > p_after_batch AND d.batch_id <= asked.last_batch
      AND (asked.ages IS NULL OR d.age_band = ANY (asked.ages))
      AND {who and: (p_@ IS NULL OR d.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR d.vaccine_id = ANY (p_vaccines))
$$;

-- Indicator 26. One row per day (of injection, or on which the stage was reached), cause, and site (doses; NULL for people).
CREATE FUNCTION mart.changes(
    p_unit integer, p_figure text, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[],
    p_from date, p_to date, p_after_batch bigint, p_to_batch bigint, p_today date{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (day date, cause text, site_id integer, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT l.day, l.cause::text, l.site_id, sum(l.amount)
    FROM mart.posted_between(p_figure, p_basis, p_ages, {who p_@}, p_vaccines, p_after_batch, p_to_batch, p_today) l
    JOIN warehouse.unit_ancestor a ON a.unit_id = l.unit_id AND a.ancestor_id = p_unit
    WHERE l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    GROUP BY l.day, l.cause, l.site_id
    HAVING sum(l.amount) <> 0
$$;

-- Coverage at two batches, and its change split in two that add up: by records (more or fewer people, over the earlier
-- population) and by denominator (the later people, over another population). One row per stage. Where units have no population
-- (lacking: then, or now), coverage is of the others: of `counted` people.
CREATE FUNCTION mart.coverage_change(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_after_batch bigint, p_to_batch bigint, p_then date, p_today date
    {more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    stage smallint, people_before bigint, people bigint, population_before bigint, population bigint,
    coverage_before double precision, coverage double precision, by_records double precision, by_denominator double precision,
    counted_before bigint, counted bigint, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        -- once: as an argument of a function that is a part of this plan it would be worked out for each of its rows
        SELECT mart.counted_ages(p_ages, p_then, p_after_batch) AS ages_before, mart.counted_ages(p_ages, p_today, p_to_batch) AS ages_after,
            mart.units_in(p_unit) AS units
    ), rated AS MATERIALIZED (
        SELECT 'before' AS at, r.* FROM mart.rated(ARRAY[p_unit], p_ages, p_groups, p_then, p_after_batch) r
        UNION ALL
        SELECT 'after', r.* FROM mart.rated(ARRAY[p_unit], p_ages, p_groups, p_today, p_to_batch) r
    ), reached AS (
        SELECT 'before' AS at, r.unit_id, r.stage, r.people
        FROM asked CROSS JOIN LATERAL mart.people_reached(asked.units, asked.ages_before, {who p_@}, NULL, NULL, NULL, p_after_batch) r
        UNION ALL
        SELECT 'after', r.unit_id, r.stage, r.people
        FROM asked CROSS JOIN LATERAL mart.people_reached(asked.units, asked.ages_after, {who p_@}, NULL, NULL, NULL, p_to_batch) r
    ), counted AS (
        SELECT r.at, r.stage, r.people, coalesce(r.unit_id = ANY (f.units), true) AS in_before, coalesce(r.unit_id = ANY (t.units), true) AS in_after
        FROM reached r LEFT JOIN rated f ON f.at = 'before' LEFT JOIN rated t ON t.at = 'after'
    ), found AS (
        SELECT s.stage, coalesce(sum(c.people) FILTER (WHERE c.at = 'before'), 0) AS people0,
            coalesce(sum(c.people) FILTER (WHERE c.at = 'after'), 0) AS people1,
            coalesce(sum(c.people) FILTER (WHERE c.at = 'before' AND c.in_before), 0) AS n0,
            coalesce(sum(c.people) FILTER (WHERE c.at = 'after' AND c.in_after), 0) AS n1,
            coalesce(sum(c.people) FILTER (WHERE c.at = 'after' AND c.in_before), 0) AS n1_of_then,
            (SELECT r.population::numeric FROM rated r WHERE r.at = 'before' AND mart.tells_reach() AND {who not has_population and: p_@ IS NULL}) AS p0,
            (SELECT r.population::numeric FROM rated r WHERE r.at = 'after' AND mart.tells_reach() AND {who not has_population and: p_@ IS NULL}) AS p1
        FROM warehouse.stage s LEFT JOIN counted c ON c.stage = s.stage
        WHERE s.is_reached GROUP BY s.stage
    )
    SELECT stage, people0::bigint, people1::bigint, p0::bigint, p1::bigint,
        (n0 / nullif(p0, 0))::double precision, (n1 / nullif(p1, 0))::double precision,
        ((n1_of_then - n0) / nullif(p0, 0))::double precision, (n1 / nullif(p1, 0) - n1_of_then / nullif(p0, 0))::double precision,
        n0::bigint, n1::bigint,
        (SELECT array_agg(DISTINCT k.unit_id) FROM rated r CROSS JOIN unnest(r.lacking) AS k (unit_id))
    FROM found
$$;

-- Indicator 26 by the units of a table (mart.member). Arguments as of mart.changes. One row per unit and cause; p_unit's own
-- id is what lies at no smaller unit.
CREATE FUNCTION mart.changed_places(
    p_unit integer, p_figure text, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[],
    p_after_batch bigint, p_to_batch bigint, p_today date{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (unit_id integer, cause text, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT m.row_id, l.cause::text, sum(l.amount)
    FROM mart.posted_between(p_figure, p_basis, p_ages, {who p_@}, p_vaccines, p_after_batch, p_to_batch, p_today) l
    JOIN mart.member(p_unit, NULL, p_today) m ON m.unit_id = l.unit_id AND m.row_id > 0
    GROUP BY m.row_id, l.cause
    HAVING sum(l.amount) <> 0
$$;
