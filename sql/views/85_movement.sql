-- The ranking then and now, and figures of other days' units.

-- One row per ranked row of mart.member: its rank now (as of p_as_of) and as of an earlier batch, of p_stage's coverage;
-- moved > 0: it climbed. A unit that was not ranked then has NULLs.
CREATE FUNCTION mart.rank_movement(
    p_unit integer, p_stage smallint, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date,
    p_as_of bigint, p_before_day date, p_before bigint, p_level integer DEFAULT NULL)
RETURNS TABLE (
    unit_id integer, rank integer, rank_before integer, moved integer, coverage double precision, coverage_before double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
    SELECT n.unit_id, n.rank, b.rank, b.rank - n.rank, n.coverage, b.coverage
    FROM mart.standing(p_unit, p_ages, p_groups, p_vaccines, NULL, NULL, p_today, p_as_of, p_level) n
    LEFT JOIN mart.standing(p_unit, p_ages, p_groups, p_vaccines, NULL, NULL, p_before_day, p_before, p_level) b
        ON b.unit_id = n.unit_id AND b.stage = p_stage AND NOT b.is_self
    WHERE n.stage = p_stage AND NOT n.is_self AND n.rank IS NOT NULL
$$;

-- The unit in which a unit lies on a later day, by its successors: one row per unit that carries facts below p_unit.
-- A code was used again for other places, so each step finds the unit that has the code on the day after the end.
CREATE FUNCTION mart.successor(p_unit integer, p_day date) RETURNS TABLE (unit_id integer, successor_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
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

-- People of a unit by the units of another day. One row per unit of that day and stage; the rows add up to the unit's own.
CREATE FUNCTION mart.recast(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date, p_as_of bigint, p_day date)
RETURNS TABLE (unit_id integer, stage smallint, people bigint, units bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
    WITH reached AS (
        -- the ages once: as an argument of people_reached they would be worked out for each of its rows
        SELECT r.unit_id, r.stage, sum(r.people) AS people
        FROM (SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages OFFSET 0) AS asked
        CROSS JOIN LATERAL mart.people_reached(asked.ages, p_groups, p_vaccines, NULL, NULL, p_as_of) r
        GROUP BY r.unit_id, r.stage
    )
    SELECT x.successor_id, s.stage, coalesce(sum(r.people), 0)::bigint, count(DISTINCT x.unit_id)
    FROM mart.successor(p_unit, p_day) x
    JOIN warehouse.stage s ON s.is_reached
    LEFT JOIN reached r ON r.unit_id = x.unit_id AND r.stage = s.stage
    GROUP BY x.successor_id, s.stage
$$;
