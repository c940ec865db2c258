-- One unit by age band and by priority group: where each stands against its target.

-- One row per part (an age band, or a priority group of the counted ages) with people or a population, and stage. The
-- figures of a part are those of mart.standing asked for it alone, also where units below have no population (lacking).
CREATE FUNCTION mart.standing_by_part(p_unit integer, p_vaccines smallint[], p_today date, p_as_of bigint)
RETURNS TABLE (
    part text, number smallint, stage smallint, people bigint, population bigint, population_source text, population_on date,
    coverage double precision, target_share double precision, target_due_on date, gap bigint, counted bigint, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS (
        SELECT mart.counted_ages(NULL, p_today, p_as_of) AS ages, mart.units_in(p_unit) AS units
    ), cell AS (
        SELECT c.age_band, c.priority_group, c.stage, sum(c.people) AS people
        FROM (
            SELECT b.age_band, b.priority_group, b.stage, b.people
            FROM asked JOIN warehouse.balance_people_unit_filters b ON b.unit_id = ANY (asked.units)
            WHERE b.stage IN (1, 2, 3, 4) AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
            UNION ALL
            SELECT l.age_band, l.priority_group, l.stage, l.people
            FROM asked JOIN mart.people_since(p_as_of) l ON l.unit_id = ANY (asked.units)
            WHERE l.stage <= 4 AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
        ) AS c
        GROUP BY c.age_band, c.priority_group, c.stage
    ), counted AS (
        SELECT 'age' AS part, age_band AS number, stage, sum(people) AS people FROM cell GROUP BY age_band, stage
        UNION ALL
        SELECT 'group', priority_group, stage, sum(people) FROM cell CROSS JOIN asked
        WHERE asked.ages IS NULL OR age_band = ANY (asked.ages) GROUP BY priority_group, stage
    ), said AS MATERIALIZED (
        SELECT CASE WHEN p.age_band IS NULL THEN 'group' ELSE 'age' END AS part, coalesce(p.age_band, p.priority_group) AS number,
            p.unit_id, p.persons, f.source, f.dated_on
        FROM mart.population_in_force(p_today, p_as_of) f
        JOIN warehouse.population p ON p.version_id = f.version_id AND mart.holds(p.from_batch, p.until_batch, p_as_of)
        JOIN warehouse.unit_ancestor a ON a.unit_id = p.unit_id AND a.ancestor_id = p_unit
        WHERE p.age_band IS NOT NULL OR p.priority_group IS NOT NULL
    ), rated AS MATERIALIZED (
        SELECT part, number, persons::bigint AS population, source, dated_on, NULL::integer[] AS units, NULL::integer[] AS lacking
        FROM said WHERE unit_id = p_unit
        UNION ALL
        -- Of what is known of some units below alone.
        SELECT q.part, q.number, r.population, r.source, r.dated_on, r.units, r.lacking
        FROM (SELECT part, number FROM said GROUP BY part, number HAVING NOT bool_or(unit_id = p_unit)) AS q
        CROSS JOIN LATERAL mart.rated(ARRAY[p_unit], CASE WHEN q.part = 'age' THEN ARRAY[q.number] END,
            CASE WHEN q.part = 'group' THEN ARRAY[q.number] END, p_today, p_as_of) r
    ), counted_in AS (
        SELECT r.part, r.number, c.stage, sum(c.people) AS people
        FROM rated r CROSS JOIN asked
        CROSS JOIN LATERAL mart.people_reached(r.units, CASE WHEN r.part = 'age' THEN ARRAY[r.number] ELSE asked.ages END,
            {who CASE WHEN r.part = 'group' AND '@' = 'groups' THEN ARRAY[r.number] END}, p_vaccines, NULL, NULL, p_as_of) c
        WHERE r.units IS NOT NULL GROUP BY r.part, r.number, c.stage
    ), parts AS (
        SELECT part, number FROM counted GROUP BY part, number HAVING bool_or(people <> 0)
        UNION SELECT part, number FROM rated
    ), aimed AS (
        SELECT q.part, q.number, t.stage, t.share, t.due_on
        FROM parts q
        CROSS JOIN LATERAL mart.target(CASE WHEN q.part = 'age' THEN ARRAY[q.number] END,
            CASE WHEN q.part = 'group' THEN ARRAY[q.number] END, p_today, p_as_of, p_unit) t
        WHERE p_vaccines IS NULL
    )
    SELECT q.part, q.number, s.stage, coalesce(c.people, 0)::bigint, n.population, n.source, n.dated_on,
        (k.people / nullif(n.population, 0)::numeric)::double precision, t.share::double precision, t.due_on,
        CASE WHEN t.share * n.population IS NOT NULL THEN greatest(ceil(t.share * n.population) - k.people, 0) END::bigint,
        k.people, n.lacking
    FROM parts q
    JOIN warehouse.stage s ON s.is_reached
    LEFT JOIN counted c ON c.part = q.part AND c.number = q.number AND c.stage = s.stage
    LEFT JOIN rated n ON n.part = q.part AND n.number = q.number AND (SELECT mart.tells_reach())
    LEFT JOIN counted_in i ON i.part = q.part AND i.number = q.number AND i.stage = s.stage
    LEFT JOIN aimed t ON t.part = q.part AND t.number = q.number AND t.stage = s.stage
    CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN n.units IS NULL THEN c.people ELSE i.people END, 0)::bigint AS people) AS k
$$;
