-- Who should have the second dose: overdue, due in the coming days, dropout. By residence, filters as for people.

-- Those of some units whose first dose asks for a second, by the last day of the longest recommended interval. One row per
-- unit of residence, stage (5: still waits, 6: whether there is a second or not) and day.
CREATE FUNCTION mart.waiting(
    p_units integer[], p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (unit_id integer, stage smallint, day date, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.unit_id, p.stage, p.day, sum(p.people)
    FROM (
        SELECT b.unit_id, b.stage, b.day, b.people FROM warehouse.balance_people_unit_day b
        WHERE b.stage IN (5, 6) AND b.unit_id = ANY (p_units) AND {who and: p_@ IS NULL} AND p_vaccines IS NULL
          AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT b.unit_id, b.stage, b.day, b.people FROM warehouse.balance_people b
        WHERE b.stage IN (5, 6) AND b.unit_id = ANY (p_units) AND ({who or: p_@ IS NOT NULL} OR p_vaccines IS NOT NULL)
          AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT l.unit_id, l.stage, l.day, l.people FROM mart.people_since(p_as_of) l
        WHERE l.stage IN (5, 6) AND l.unit_id = ANY (p_units)
          AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
          AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
          AND l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    ) AS p
    GROUP BY p.unit_id, p.stage, p.day
$$;

-- Indicator 6. One row per row of mart.member, and one for the unit itself (is_self). share is NULL where nobody's
-- interval has passed; due_soon are those who wait and whose last day is one of the 28 from today on.
CREATE FUNCTION mart.overdue(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_today date, p_as_of bigint,
    p_level integer DEFAULT NULL{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (unit_id integer, is_self boolean, overdue bigint, passed bigint, share double precision, due_soon bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), counted AS (
        SELECT w.unit_id,
            coalesce(sum(w.people) FILTER (WHERE w.stage = 5 AND w.day < p_today), 0) AS overdue,
            coalesce(sum(w.people) FILTER (WHERE w.stage = 6 AND w.day < p_today), 0) AS passed,
            coalesce(sum(w.people) FILTER (WHERE w.stage = 5 AND w.day >= p_today), 0) AS due_soon
        FROM mart.waiting(
            mart.member_units(p_unit), mart.counted_ages(p_ages, p_today, p_as_of), {who p_@}, p_vaccines, NULL, p_today + 27,
            p_as_of) w
        GROUP BY w.unit_id
    ), cell AS (
        SELECT m.row_id, coalesce(sum(c.overdue), 0) AS overdue, coalesce(sum(c.passed), 0) AS passed,
            coalesce(sum(c.due_soon), 0) AS due_soon
        FROM member m LEFT JOIN counted c ON c.unit_id = m.unit_id
        GROUP BY m.row_id
    ), line AS (
        SELECT row_id, false AS is_self, overdue, passed, due_soon FROM cell
        WHERE row_id <> p_unit OR (overdue, passed, due_soon) <> (0, 0, 0)
        UNION ALL
        SELECT p_unit, true, sum(overdue), sum(passed), sum(due_soon) FROM cell WHERE row_id > 0 OR row_id = p_unit
    )
    SELECT row_id, is_self, overdue::bigint, passed::bigint, (overdue / nullif(passed, 0))::double precision, due_soon::bigint
    FROM line
$$;

-- Those who wait, by the last day of their interval: p_from to p_to. One row per day and vaccine of the first dose.
CREATE FUNCTION mart.due_by_day(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date, p_today date,
    p_as_of bigint{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (day date, vaccine_id smallint, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH counted AS (
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages, mart.units_in(p_unit) AS units
    ), world AS MATERIALIZED (
        SELECT w.root_unit_id = p_unit AS is_asked FROM warehouse.world w
    )
    SELECT p.day, p.vaccine_id, sum(p.people)::bigint
    FROM (
        SELECT b.day, b.vaccine_id, b.people FROM warehouse.balance_people_world_day_filters b CROSS JOIN counted c
        WHERE (SELECT is_asked FROM world) AND b.stage = 5 AND b.day BETWEEN p_from AND p_to
          AND (c.ages IS NULL OR b.age_band = ANY (c.ages))
          AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
        UNION ALL
        SELECT b.day, b.vaccine_id, b.people FROM warehouse.balance_people b CROSS JOIN counted c
        WHERE NOT (SELECT is_asked FROM world)
          AND b.stage = 5 AND b.unit_id = ANY (c.units) AND b.day BETWEEN p_from AND p_to
          AND (c.ages IS NULL OR b.age_band = ANY (c.ages))
          AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
        UNION ALL
        SELECT l.day, l.vaccine_id, l.people FROM mart.people_since(p_as_of) l CROSS JOIN counted c
        WHERE l.stage = 5 AND l.unit_id = ANY (c.units) AND l.day BETWEEN p_from AND p_to
          AND (c.ages IS NULL OR l.age_band = ANY (c.ages))
          AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
    ) AS p
    GROUP BY p.day, p.vaccine_id
    HAVING sum(p.people) <> 0
$$;

-- Indicators 5 and 7. First and second doses of the days asked for, as recorded, by residence, of vaccines whose series
-- asks for more than one; coverage with at least one dose, over all days. One row per row of mart.member and one for the
-- unit itself. The category is NULL where coverage or dropout is not known. Coverage as in mart.standing where units below have
-- no population (lacking).
CREATE FUNCTION mart.dropout(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_today date, p_as_of bigint, p_red_coverage double precision, p_level integer DEFAULT NULL
    {more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    unit_id integer, is_self boolean, first_doses bigint, second_doses bigint, dropout double precision,
    is_negative boolean, coverage double precision, red_category smallint, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS (
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages,
            ARRAY(SELECT v.vaccine_id FROM warehouse.vaccine v
                  WHERE v.primary_doses > 1 AND (p_vaccines IS NULL OR v.vaccine_id = ANY (p_vaccines))) AS vaccines,
            mart.member_units(p_unit) AS units
    ), member AS MATERIALIZED (
        SELECT * FROM mart.rated_member(p_unit, p_level, p_ages, p_groups, p_today, p_as_of)
    ), rated AS MATERIALIZED (
        SELECT r.* FROM mart.rated(
            ARRAY(SELECT m.row_id FROM member m WHERE m.row_id > 0 UNION SELECT p_unit), p_ages, p_groups, p_today, p_as_of) r
    ), given AS (
        SELECT d.unit_id, sum(d.doses) FILTER (WHERE d.dose_number = 1) AS firsts,
            sum(d.doses) FILTER (WHERE d.dose_number = 2) AS seconds,
            coalesce(sum(d.doses) FILTER (WHERE d.dose_number = 0), 0) > 0 AS is_untold
        FROM (
            SELECT t.unit_id, t.dose_number, t.doses
            FROM asked CROSS JOIN LATERAL mart.doses_in_all(asked.units, 'residence', asked.ages, {who p_@}, asked.vaccines) t
            WHERE p_from IS NULL AND p_to IS NULL AND p_as_of IS NULL
            UNION ALL
            SELECT p.unit_id, p.dose_number, p.doses
            FROM asked
            CROSS JOIN LATERAL mart.doses_posted(
                p_unit, true, 'residence', asked.ages, {who p_@}, asked.vaccines, p_from, p_to, p_as_of, true) p
            WHERE p_from IS NOT NULL OR p_to IS NOT NULL OR p_as_of IS NOT NULL
        ) AS d
        GROUP BY d.unit_id
    ), reached AS (
        SELECT r.unit_id, sum(r.people) AS people
        FROM asked CROSS JOIN LATERAL mart.people_reached(asked.units, asked.ages, {who p_@}, NULL, NULL, NULL, p_as_of) r
        WHERE r.stage = 1 GROUP BY r.unit_id
    ), cell AS (
        SELECT m.row_id, coalesce(sum(g.firsts), 0) AS firsts, coalesce(sum(g.seconds), 0) AS seconds,
            coalesce(sum(r.people), 0) AS people, coalesce(sum(r.people) FILTER (WHERE m.in_row), 0) AS in_row,
            coalesce(sum(r.people) FILTER (WHERE m.in_whole), 0) AS in_whole, coalesce(bool_or(g.is_untold), false) AS is_untold
        FROM member m LEFT JOIN given g ON g.unit_id = m.unit_id LEFT JOIN reached r ON r.unit_id = m.unit_id
        GROUP BY m.row_id
    ), line AS (
        SELECT row_id, false AS is_self, firsts, seconds, in_row AS counted, is_untold FROM cell
        WHERE row_id <> p_unit OR (firsts, seconds, people) <> (0, 0, 0) OR is_untold
        UNION ALL
        SELECT p_unit, true, sum(firsts), sum(seconds), sum(in_whole), bool_or(is_untold) FROM cell
        WHERE row_id > 0 OR row_id = p_unit
    ), told AS (
        -- Where doses are not told by number, nobody knows how many of them were first ones.
        SELECT row_id, is_self, counted, CASE WHEN NOT is_untold THEN firsts END AS firsts,
            CASE WHEN NOT is_untold THEN seconds END AS seconds
        FROM line
    ), measured AS (
        SELECT l.row_id, l.is_self, l.firsts, l.seconds, (l.firsts - l.seconds) / nullif(l.firsts, 0) AS dropout,
            l.counted / nullif(r.population, 0) AS coverage, r.lacking
        FROM told l
        LEFT JOIN rated r
            ON r.top_id = l.row_id AND (l.is_self OR l.row_id <> p_unit) AND (SELECT mart.tells_reach())
            AND {who not has_population and: p_@ IS NULL}
    )
    SELECT row_id, is_self, firsts::bigint, seconds::bigint, dropout::double precision, dropout < 0, coverage::double precision,
        CASE WHEN coverage IS NULL OR dropout IS NULL THEN NULL
             ELSE CASE WHEN coverage >= p_red_coverage THEN 1 ELSE 3 END
                + CASE WHEN dropout >= 0 AND dropout < 0.1 THEN 0 ELSE 1 END END::smallint,
        lacking
    FROM measured
$$;
