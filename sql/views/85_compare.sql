-- Then and now, coverage over time, and figures of other days' units.

-- The ranking then and now: one row per row of mart.standing, of one stage; then = all who had reached it at the end of
-- p_then by what is known as of p_as_of, of the same units and the same populations. moved > 0: it climbed. Coverage as in
-- mart.standing where units below have no population (lacking).
-- Then is now less those of the days after: these are few beside the days before.
CREATE FUNCTION mart.rank_movement(
    p_unit integer, p_stage smallint, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date,
    p_as_of bigint, p_then date, p_level integer DEFAULT NULL{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    unit_id integer, is_self boolean, people bigint, people_before bigint, population bigint, target_share double precision,
    coverage double precision, coverage_before double precision, coverage_change double precision,
    rank integer, rank_before integer, moved integer, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages, mart.member_units(p_unit) AS units
    ), later AS MATERIALIZED (
        SELECT m.row_id, sum(d.people) AS people, sum(d.people) FILTER (WHERE m.in_row) AS in_row,
            sum(d.people) FILTER (WHERE m.in_whole) AS in_whole
        FROM asked
        CROSS JOIN LATERAL mart.people_posted(asked.units, asked.ages, {who p_@}, p_vaccines, p_then + 1, NULL, p_as_of) d
        JOIN mart.rated_member(p_unit, p_level, p_ages, p_groups, p_today, p_as_of) m USING (unit_id)
        WHERE d.stage = p_stage
        GROUP BY m.row_id
    ), whole AS (
        SELECT sum(people) AS people, sum(in_whole) AS counted FROM later WHERE row_id > 0
    ), line AS (
        SELECT n.unit_id, n.is_self, n.people, n.population, n.target_share, n.coverage, n.rank, n.lacking,
            n.people - coalesce(CASE WHEN n.is_self THEN w.people ELSE l.people END, 0) AS people_before,
            n.counted - coalesce(CASE WHEN n.is_self THEN w.counted ELSE l.in_row END, 0) AS counted_before
        FROM mart.standing(p_unit, p_ages, p_groups, p_vaccines, NULL, NULL, p_today, p_as_of, p_level{more p_@ => p_@}) n
        CROSS JOIN whole w
        LEFT JOIN later l ON l.row_id = n.unit_id
        WHERE n.stage = p_stage
    ), placed AS (
        SELECT *, (counted_before / nullif(population, 0))::double precision AS coverage_before,
            CASE WHEN rank IS NOT NULL
                 THEN rank() OVER (PARTITION BY rank IS NOT NULL ORDER BY counted_before / nullif(population, 0) DESC)::integer
                 END AS rank_before
        FROM line
    )
    SELECT unit_id, is_self, people, people_before::bigint, population, target_share, coverage, coverage_before,
        coverage - coverage_before, rank, rank_before, rank_before - rank, lacking
    FROM placed
$$;

-- People of some units by the day they reached a stage: one row per unit, stage and day. A function of its own, so that
-- it is planned with the ages as values: as a column they took twice as long (5 districts, 72,000 balances: 285 → 142 ms
-- on a busy machine). Several units at once: what is read are the days of all units.
CREATE FUNCTION mart.people_by_day(
    p_units integer[], p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[], p_as_of bigint)
RETURNS TABLE (unit_id integer, stage smallint, day date, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT a.ancestor_id, d.stage, d.day, sum(d.people)
    FROM mart.people_posted(ARRAY(SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = ANY (p_units)),
        p_ages, {who p_@}, p_vaccines, NULL, NULL, p_as_of) d
    JOIN warehouse.unit_ancestor a ON a.unit_id = d.unit_id AND a.ancestor_id = ANY (p_units)
    GROUP BY a.ancestor_id, d.stage, d.day
    HAVING sum(d.people) <> 0
$$;

-- Coverage over time: one row per unit asked for, stage and day on which anybody reached it, with all who had by then; of
-- the population in force on p_today. Coverage as in mart.standing where units below have none.
CREATE FUNCTION mart.coverage_by_day(
    p_units integer[], p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date, p_as_of bigint
    {more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (unit_id integer, stage smallint, day date, people bigint, coverage double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages
    ), piece AS MATERIALIZED (
        SELECT * FROM mart.population_pieces(p_units, p_ages, p_groups, p_today, p_as_of)
    ), peopled AS (
        SELECT unit_id, population FROM mart.denominator(p_ages, p_groups, p_today, p_as_of) WHERE population IS NOT NULL
        UNION ALL
        SELECT top_id, sum(population) FROM piece GROUP BY top_id
    ), posted AS (
        SELECT d.unit_id, d.stage, d.day, d.people,
            CASE WHEN d.unit_id IN (SELECT p.top_id FROM piece p) THEN 0 ELSE d.people END AS counted
        FROM mart.people_by_day(p_units, (SELECT ages FROM asked), {who p_@}, p_vaccines, p_as_of) d
        UNION ALL
        SELECT p.top_id, d.stage, d.day, 0, d.people
        FROM mart.people_by_day(
            ARRAY(SELECT DISTINCT piece.unit_id FROM piece), (SELECT ages FROM asked), {who p_@}, p_vaccines, p_as_of) d
        JOIN piece p USING (unit_id)
    ), reached AS (
        SELECT unit_id, stage, day, sum(sum(people)) OVER so_far AS people, sum(sum(counted)) OVER so_far AS counted
        FROM posted GROUP BY unit_id, stage, day WINDOW so_far AS (PARTITION BY unit_id, stage ORDER BY day)
    )
    SELECT r.unit_id, r.stage, r.day, r.people::bigint, (r.counted / nullif(n.population, 0))::double precision
    FROM reached r LEFT JOIN peopled n ON n.unit_id = r.unit_id AND (SELECT mart.tells_reach())
        AND {who not has_population and: p_@ IS NULL}
$$;

-- The unit in which a unit lies on a later day, by its successors: one row per unit that carries facts below p_unit.
-- A code was used again for other places, so each step finds the unit that has the code on the day after the end.
CREATE FUNCTION mart.successor(p_unit integer, p_day date) RETURNS TABLE (unit_id integer, successor_id integer)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = '' AS $$
    WITH RECURSIVE step AS (
        SELECT a.unit_id, a.unit_id AS at_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit
        UNION
        SELECT s.unit_id, n.unit_id
        FROM step s JOIN warehouse.unit u ON u.unit_id = s.at_id AND u.valid_to < p_day
        JOIN warehouse.unit n ON n.code = u.successor_code AND u.valid_to + 1 BETWEEN n.valid_from AND n.valid_to
    )
    SELECT s.unit_id, s.at_id FROM step s JOIN warehouse.unit u ON u.unit_id = s.at_id
    WHERE u.valid_to >= p_day OR u.successor_code IS NULL OR NOT EXISTS (
        SELECT FROM warehouse.unit n WHERE n.code = u.successor_code AND u.valid_to + 1 BETWEEN n.valid_from AND n.valid_to)
$$;

-- What the units of p_day are made of: one row per smallest unit in force on p_today, or on the last day of p_unit.
CREATE FUNCTION mart.taken_over(p_unit integer, p_today date, p_day date) RETURNS TABLE (unit_id integer, successor_id integer)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = '' AS $$
    SELECT x.unit_id, x.successor_id
    FROM (SELECT least(p_today, top.valid_to) AS day FROM warehouse.unit top WHERE top.unit_id = p_unit) AS seen
    CROSS JOIN mart.successor(p_unit, p_day) x
    JOIN warehouse.unit u ON u.unit_id = x.unit_id AND seen.day BETWEEN u.valid_from AND u.valid_to
    WHERE NOT EXISTS (SELECT FROM warehouse.unit below
                      WHERE below.parent_id = x.unit_id AND seen.day BETWEEN below.valid_from AND below.valid_to)
$$;

-- People of a unit by the units of another day. One row per unit of that day and stage; the rows add up to the unit's own.
-- The population is that of the units of which it is made; where some of them have none (lacking), coverage is of the others:
-- of `counted` people.
CREATE FUNCTION mart.recast(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date, p_as_of bigint, p_day date
    {more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    unit_id integer, stage smallint, people bigint, population bigint, coverage double precision, units bigint, counted bigint,
    lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        -- once: as arguments of people_reached they would be worked out for each of its rows
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages, mart.units_in(p_unit) AS units
    ), part AS MATERIALIZED (
        SELECT t.unit_id, t.successor_id, n.population
        FROM mart.taken_over(p_unit, p_today, p_day) t
        LEFT JOIN mart.denominator(p_ages, p_groups, p_today, p_as_of) n USING (unit_id)
    ), made AS MATERIALIZED (
        SELECT p.successor_id, count(*) AS units, sum(p.population) AS population,
            CASE WHEN count(p.population) > 0 THEN array_agg(p.unit_id ORDER BY u.sort_key, p.unit_id)
                FILTER (WHERE p.population IS NULL) END AS lacking
        FROM part p JOIN warehouse.unit u USING (unit_id)
        GROUP BY p.successor_id
    ), counted AS MATERIALIZED (
        SELECT r.unit_id, r.stage, sum(r.people) AS people
        FROM asked CROSS JOIN LATERAL mart.people_reached(asked.units, asked.ages, {who p_@}, p_vaccines, NULL, NULL, p_as_of) r
        GROUP BY r.unit_id, r.stage
    ), moved AS (
        SELECT x.successor_id, c.stage, sum(c.people) AS people,
            sum(c.people) FILTER (WHERE m.lacking IS NULL OR p.population IS NOT NULL) AS counted
        FROM mart.successor(p_unit, p_day) x JOIN counted c USING (unit_id)
        LEFT JOIN made m ON m.successor_id = x.successor_id
        LEFT JOIN part p ON p.unit_id = x.unit_id
        GROUP BY x.successor_id, c.stage
    )
    SELECT u.successor_id, s.stage, coalesce(m.people, 0)::bigint, made.population::bigint,
        CASE WHEN (SELECT mart.tells_reach()) AND {who not has_population and: p_@ IS NULL} THEN coalesce(m.counted, 0) / nullif(made.population, 0) END::double precision,
        coalesce(made.units, 0),
        coalesce(m.counted, 0)::bigint, made.lacking
    FROM (SELECT successor_id FROM moved UNION SELECT successor_id FROM made) AS u
    JOIN warehouse.stage s ON s.is_reached
    LEFT JOIN moved m USING (successor_id, stage)
    LEFT JOIN made ON made.successor_id = u.successor_id
$$;
