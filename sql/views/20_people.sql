-- Where people stand: every number of people that a leader sees is defined here. Filters are arrays, NULL = no filter; what
-- is written between braces stands for each filter of who was injected (sql/filters.py), or for each measure
-- (sql/measures.py). "As of" is a batch, NULL = now. A figure as of a batch is the balance of the days known by then, less
-- what was posted for them since.

-- The rows of a table about a unit: each unit below it (at p_level, else its children), itself for what lies at no
-- unit below, and for the whole world the three rows of what lies nowhere. One row per unit that carries facts. A unit
-- that is no more has the units below it of its last day.
CREATE FUNCTION mart.member(p_unit integer, p_level integer, p_day date) RETURNS TABLE (unit_id integer, row_id integer)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = '' AS $$
    WITH rows AS (
        SELECT u.unit_id FROM warehouse.unit top
        CROSS JOIN LATERAL (SELECT least(p_day, top.valid_to) AS day) AS seen
        JOIN warehouse.unit_ancestor a ON a.ancestor_id = top.unit_id
        JOIN warehouse.unit u ON u.unit_id = a.unit_id
        WHERE top.unit_id = p_unit AND a.depth > 0 AND seen.day BETWEEN u.valid_from AND u.valid_to
          AND CASE WHEN p_level IS NULL THEN a.depth = 1
                   ELSE u.level = p_level OR u.level < p_level AND NOT EXISTS (
                        SELECT FROM warehouse.unit below WHERE below.parent_id = u.unit_id
                            AND seen.day BETWEEN below.valid_from AND below.valid_to) END
    )
    SELECT scope.unit_id, coalesce(r.ancestor_id, p_unit)
    FROM warehouse.unit_ancestor scope
    LEFT JOIN (SELECT a.unit_id, a.ancestor_id FROM rows JOIN warehouse.unit_ancestor a ON a.ancestor_id = rows.unit_id) AS r
        ON r.unit_id = scope.unit_id
    WHERE scope.ancestor_id = p_unit
    UNION ALL
    SELECT nowhere, nowhere FROM warehouse.world w CROSS JOIN (VALUES (0), (-1), (-2)) AS n (nowhere)
    WHERE w.root_unit_id = p_unit
$$;

-- A unit and all below it, so that a page of one commune reads what lies there and not the whole world.
CREATE FUNCTION mart.units_in(p_unit integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT ARRAY(SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit)
$$;

-- Some units with all below them.
CREATE FUNCTION mart.units_of(p_units integer[]) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT ARRAY(SELECT DISTINCT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = ANY (p_units))
$$;

-- The units that mart.member has rows for: with those of what lies nowhere, for the whole world.
CREATE FUNCTION mart.member_units(p_unit integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN p_unit = w.root_unit_id THEN mart.units_in(p_unit) || '{0, -1, -2}' ELSE mart.units_in(p_unit) END
    FROM warehouse.world w
$$;

-- Whether a row that holds from one batch to before another is in force as of a batch; NULL = now.
CREATE FUNCTION mart.holds(p_from_batch bigint, p_until_batch bigint, p_as_of bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT p_from_batch <= coalesce(p_as_of, 9223372036854775806) AND p_until_batch > coalesce(p_as_of, 9223372036854775806)
$$;

CREATE FUNCTION mart.today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
    'SELECT (now() AT TIME ZONE w.time_zone)::date + w.shift_days FROM warehouse.world w';

-- The set of populations in force on a day; one that is made up serves only a world that is. At most one row.
CREATE FUNCTION mart.population_in_force(p_day date, p_as_of bigint)
RETURNS TABLE (version_id integer, source text, dated_on date, has_ages boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT v.version_id, v.source, v.dated_on, EXISTS (
        SELECT FROM warehouse.population p
        WHERE p.version_id = v.version_id AND p.age_band IS NOT NULL AND mart.holds(p.from_batch, p.until_batch, p_as_of))
    FROM warehouse.population_version v
    WHERE v.valid_from <= p_day AND mart.holds(v.from_batch, v.until_batch, p_as_of)
      AND (NOT v.is_sample OR (SELECT w.is_sample FROM warehouse.world w))
    ORDER BY v.valid_from DESC, v.dated_on DESC, v.version_id DESC LIMIT 1
$$;

-- The bands whose people are counted: those asked for, else the eligible; all (NULL) where the populations in force
-- know no ages, for people of some ages are no share of everybody.
CREATE FUNCTION mart.counted_ages(p_ages smallint[], p_day date, p_as_of bigint) RETURNS smallint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN p_ages IS NOT NULL THEN p_ages
                WHEN (SELECT f.has_ages FROM mart.population_in_force(p_day, p_as_of) f) IS NOT FALSE THEN
                    (SELECT array_agg(b.age_band ORDER BY b.age_band) FROM warehouse.age_band b WHERE b.is_eligible) END
$$;

-- The population that a unit's people are a share of: of the priority groups asked for, else of the bands that are
-- counted, else (when the version in force knows no ages) of everybody. NULL when it does not say all of it.
CREATE FUNCTION mart.denominator(p_ages smallint[], p_groups smallint[], p_day date, p_as_of bigint DEFAULT NULL)
RETURNS TABLE (unit_id integer, population bigint, source text, dated_on date, version_id integer)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = '' AS $$
    WITH version AS MATERIALIZED (
        SELECT f.*, c.ages, (SELECT count(DISTINCT a) FROM unnest(c.ages) AS a WHERE a <> 0) AS bands,
            (SELECT count(DISTINCT g) FROM unnest(p_groups) AS g) AS groups
        FROM mart.population_in_force(p_day, p_as_of) f
        CROSS JOIN LATERAL (SELECT mart.counted_ages(p_ages, p_day, p_as_of) AS ages) AS c
    ), summed AS (
        SELECT p.unit_id, v.source, v.dated_on, v.version_id, v.ages,
            CASE WHEN count(*) FILTER (WHERE p.priority_group = ANY (p_groups)) = v.groups
                 THEN sum(p.persons) FILTER (WHERE p.priority_group = ANY (p_groups)) END AS of_groups,
            CASE WHEN count(*) FILTER (WHERE p.age_band = ANY (v.ages)) = v.bands
                 THEN sum(p.persons) FILTER (WHERE p.age_band = ANY (v.ages)) END AS of_ages,
            sum(p.persons) FILTER (WHERE p.age_band IS NULL AND p.priority_group IS NULL) AS of_all
        FROM warehouse.population p JOIN version v USING (version_id)
        WHERE mart.holds(p.from_batch, p.until_batch, p_as_of)
        GROUP BY p.unit_id, v.source, v.dated_on, v.version_id, v.ages, v.bands, v.groups
    )
    SELECT s.unit_id,
        CASE WHEN p_groups IS NOT NULL AND p_ages IS NOT NULL THEN NULL
             WHEN p_groups IS NOT NULL THEN s.of_groups
             WHEN s.ages IS NOT NULL THEN s.of_ages
             ELSE s.of_all END::bigint,
        s.source, s.dated_on, s.version_id
    FROM summed s
$$;

-- The target of each unit (or of p_unit alone) and stage in force on a day: the nearest unit upwards decides, then the
-- narrower group. What names no age is of those who are to be injected: of others, alone or among them, there is none.
CREATE FUNCTION mart.target(
    p_ages smallint[], p_groups smallint[], p_day date, p_as_of bigint DEFAULT NULL, p_unit integer DEFAULT NULL)
RETURNS TABLE (unit_id integer, stage smallint, share numeric, due_on date, source text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT DISTINCT ON (u.unit_id, t.stage) u.unit_id, t.stage, t.share, t.due_on, t.source
    FROM warehouse.unit u
    JOIN warehouse.unit_ancestor a ON a.unit_id = u.unit_id
    JOIN warehouse.target t ON t.unit_id IS NULL OR t.unit_id = a.ancestor_id
    WHERE u.unit_id > 0 AND (p_unit IS NULL OR u.unit_id = p_unit) AND t.valid_from <= p_day
      AND mart.holds(t.from_batch, t.until_batch, p_as_of)
      AND (NOT t.is_sample OR (SELECT w.is_sample FROM warehouse.world w))
      AND CASE WHEN t.age_band IS NOT NULL THEN p_ages = ARRAY[t.age_band]
               ELSE NOT EXISTS (SELECT FROM warehouse.age_band b WHERE b.age_band = ANY (p_ages) AND NOT b.is_eligible) END
      AND (t.priority_group IS NULL OR p_groups = ARRAY[t.priority_group])
    ORDER BY u.unit_id, t.stage, (t.unit_id IS NULL), a.depth, (t.age_band IS NULL), (t.priority_group IS NULL),
        t.valid_from DESC, t.target_id DESC
$$;

-- People of some units who reached a stage on the days asked for, in pieces to be added up. The caller's rights, so that it
-- becomes a part of the caller's plan.
CREATE FUNCTION mart.people_posted(
    p_units integer[], p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (unit_id integer, stage smallint, day date, people integer)
LANGUAGE sql STABLE AS $$
    SELECT b.unit_id, b.stage, b.day, b.people FROM warehouse.balance_people_unit_day b
    WHERE b.stage IN (1, 2, 3, 4) AND b.unit_id = ANY (p_units) AND {who and: p_@ IS NULL} AND p_vaccines IS NULL
      AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
      AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT b.unit_id, b.stage, b.day, b.people FROM warehouse.balance_people b
    WHERE b.stage IN (1, 2, 3, 4) AND b.unit_id = ANY (p_units) AND ({who or: p_@ IS NOT NULL} OR p_vaccines IS NOT NULL)
      AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
      AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT l.unit_id, l.stage, d.day, l.people
    FROM mart.known_days(p_from, p_to, p_as_of) d
    CROSS JOIN LATERAL (SELECT * FROM mart.people_since(p_as_of) s WHERE s.day = d.day OFFSET 0) AS l
    WHERE l.stage <= 4 AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
      AND l.unit_id = ANY (p_units)
$$;

-- People of some units who reached a stage, over all days or those asked for, in pieces to be added up.
CREATE FUNCTION mart.people_reached(
    p_units integer[], p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (unit_id integer, stage smallint, people integer)
LANGUAGE sql STABLE AS $$
    SELECT b.unit_id, b.stage, b.people FROM warehouse.balance_people_unit b
    WHERE b.stage IN (1, 2, 3, 4) AND b.unit_id = ANY (p_units)
      AND p_from IS NULL AND p_to IS NULL AND p_as_of IS NULL AND {who and: p_@ IS NULL} AND p_vaccines IS NULL
      AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
    UNION ALL
    SELECT b.unit_id, b.stage, b.people FROM warehouse.balance_people_unit_filters b
    WHERE b.stage IN (1, 2, 3, 4) AND b.unit_id = ANY (p_units) AND p_from IS NULL AND p_to IS NULL AND p_as_of IS NULL
      AND ({who or: p_@ IS NOT NULL} OR p_vaccines IS NOT NULL)
      AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
    UNION ALL
    SELECT d.unit_id, d.stage, d.people
    FROM mart.people_posted(p_units, p_ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of) d
    WHERE p_from IS NOT NULL OR p_to IS NOT NULL OR p_as_of IS NOT NULL
$$;

-- Where some of the units below a unit have no population, so that it has none itself: those that make up the largest part of
-- which it is known. One row per unit of p_tops without a population and piece; the pieces do not overlap.
CREATE FUNCTION mart.population_pieces(
    p_tops integer[], p_ages smallint[], p_groups smallint[], p_day date, p_as_of bigint)
RETURNS TABLE (top_id integer, unit_id integer, population bigint, source text, dated_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH known AS MATERIALIZED (
        SELECT * FROM mart.denominator(p_ages, p_groups, p_day, p_as_of) n WHERE n.population IS NOT NULL
    ), below AS MATERIALIZED (
        SELECT t.top_id, k.unit_id, k.population, k.source, k.dated_on, a.depth
        FROM (SELECT unnest(p_tops) AS top_id EXCEPT SELECT known.unit_id FROM known) AS t
        JOIN warehouse.unit_ancestor a ON a.ancestor_id = t.top_id
        JOIN known k ON k.unit_id = a.unit_id
    )
    SELECT b.top_id, b.unit_id, b.population, b.source, b.dated_on
    FROM below b
    WHERE NOT EXISTS (
        SELECT FROM below over JOIN warehouse.unit_ancestor a ON a.ancestor_id = over.unit_id AND a.depth > 0
        WHERE over.top_id = b.top_id AND a.unit_id = b.unit_id)
$$;

-- The units below p_top without one, the largest that are wholly without, where p_pieces have one; NULL where there is none.
CREATE FUNCTION mart.population_lacks(p_top integer, p_pieces integer[], p_day date) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH peopled AS MATERIALIZED (
        -- what lies in a piece, and what a piece lies in
        SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = ANY (p_pieces)
        UNION
        SELECT a.ancestor_id FROM warehouse.unit_ancestor a WHERE a.unit_id = ANY (p_pieces)
    )
    SELECT array_agg(u.unit_id ORDER BY u.sort_key, u.unit_id)
    FROM warehouse.unit top
    JOIN warehouse.unit_ancestor a ON a.ancestor_id = top.unit_id AND a.depth > 0
    JOIN warehouse.unit u ON u.unit_id = a.unit_id AND least(p_day, top.valid_to) BETWEEN u.valid_from AND u.valid_to
    WHERE top.unit_id = p_top
      AND u.unit_id NOT IN (SELECT p.unit_id FROM peopled p) AND u.parent_id IN (SELECT p.unit_id FROM peopled p)
$$;

-- What the people of a unit are a share of. One row per unit of p_tops of whose population anything is known. Where that is of
-- some units below alone: units, those whose people are counted, each with all below it (else NULL: everybody), and lacking,
-- those without one.
CREATE FUNCTION mart.rated(p_tops integer[], p_ages smallint[], p_groups smallint[], p_day date, p_as_of bigint)
RETURNS TABLE (top_id integer, population bigint, source text, dated_on date, units integer[], lacking integer[])
LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = '' AS $$
    WITH known AS MATERIALIZED (
        SELECT * FROM mart.denominator(p_ages, p_groups, p_day, p_as_of) n
        WHERE n.unit_id = ANY (p_tops) AND n.population IS NOT NULL
    ), piece AS MATERIALIZED (
        SELECT * FROM mart.population_pieces(p_tops, p_ages, p_groups, p_day, p_as_of) p
        WHERE NOT p_tops <@ ARRAY(SELECT k.unit_id FROM known k)
    )
    SELECT k.unit_id, k.population, k.source, k.dated_on, NULL::integer[], NULL::integer[] FROM known k
    UNION ALL
    SELECT p.top_id, sum(p.population)::bigint, min(p.source), min(p.dated_on), mart.units_of(array_agg(p.unit_id)),
        mart.population_lacks(p.top_id, array_agg(p.unit_id), p_day)
    FROM piece p GROUP BY p.top_id
$$;

-- mart.member with whether the people of a unit are in the coverage of its row, and in that of the whole.
CREATE FUNCTION mart.rated_member(
    p_unit integer, p_level integer, p_ages smallint[], p_groups smallint[], p_today date, p_as_of bigint)
RETURNS TABLE (unit_id integer, row_id integer, in_row boolean, in_whole boolean)
LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = '' AS $$
    WITH place AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), rated AS MATERIALIZED (
        SELECT r.* FROM mart.rated(
            ARRAY(SELECT m.row_id FROM place m WHERE m.row_id > 0 UNION SELECT p_unit), p_ages, p_groups, p_today, p_as_of) r
    )
    SELECT m.unit_id, m.row_id, coalesce(m.unit_id = ANY (r.units), true), coalesce(m.unit_id = ANY (w.units), true)
    FROM place m LEFT JOIN rated r ON r.top_id = m.row_id LEFT JOIN rated w ON w.top_id = p_unit
$$;

-- Indicators 1-3 and 8-10 of dashboard/definitions.py, by residence. One row per row of mart.member and stage. Ratios 0-1.
-- Where some units below have no population (lacking), coverage and what follows from it are of the others: of `counted`
-- people over their population. people, people_today and people_yesterday are always of all.
CREATE FUNCTION mart.standing(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_today date, p_as_of bigint, p_level integer DEFAULT NULL{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    unit_id integer, parent_id integer, is_self boolean, stage smallint, people bigint, people_today bigint,
    people_yesterday bigint, population bigint, population_source text, population_on date, target_share double precision,
    target_due_on date, coverage double precision, coverage_change double precision, gap bigint, pace double precision,
    pace_needed double precision, pressure double precision, projected_from date, projected_to date, rank integer,
    counted bigint, lacking integer[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.rated_member(p_unit, p_level, p_ages, p_groups, p_today, p_as_of)
    ), rated AS MATERIALIZED (
        SELECT r.* FROM mart.rated(
            ARRAY(SELECT m.row_id FROM member m WHERE m.row_id > 0 UNION SELECT p_unit), p_ages, p_groups, p_today, p_as_of) r
    ), asked AS MATERIALIZED (
        SELECT mart.counted_ages(p_ages, p_today, p_as_of) AS ages, mart.member_units(p_unit) AS units
    ), counted AS (
        SELECT m.row_id, m.in_row, m.in_whole, c.stage, sum(c.people) AS people
        FROM asked
        CROSS JOIN LATERAL mart.people_reached(asked.units, asked.ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of) c
        JOIN member m USING (unit_id)
        GROUP BY m.row_id, m.in_row, m.in_whole, c.stage
    ), recent AS (
        SELECT m.row_id, m.in_row, m.in_whole, d.stage,
            sum(d.people) FILTER (WHERE d.day = p_today) AS today,
            sum(d.people) FILTER (WHERE d.day = p_today - 1) AS yesterday,
            sum(d.people) FILTER (WHERE d.day BETWEEN p_today - 7 AND p_today - 1) AS week1,
            sum(d.people) FILTER (WHERE d.day BETWEEN p_today - 14 AND p_today - 8) AS week2,
            sum(d.people) FILTER (WHERE d.day BETWEEN p_today - 21 AND p_today - 15) AS week3,
            sum(d.people) FILTER (WHERE d.day BETWEEN p_today - 28 AND p_today - 22) AS week4
        FROM asked
        CROSS JOIN LATERAL mart.people_posted(asked.units, asked.ages, {who p_@}, p_vaccines, p_today - 28, p_today, p_as_of) d
        JOIN member m USING (unit_id)
        GROUP BY m.row_id, m.in_row, m.in_whole, d.stage
    ), cell AS (
        SELECT m.row_id, m.in_row, m.in_whole, s.stage, coalesce(c.people, 0) AS people, coalesce(r.today, 0) AS today,
            coalesce(r.yesterday, 0) AS yesterday, coalesce(r.week1, 0) AS week1, coalesce(r.week2, 0) AS week2,
            coalesce(r.week3, 0) AS week3, coalesce(r.week4, 0) AS week4,
            bool_or(c.people <> 0 OR r.stage IS NOT NULL) OVER (PARTITION BY row_id) AS is_used
        FROM (SELECT DISTINCT row_id, in_row, in_whole FROM member) AS m JOIN warehouse.stage s ON s.is_reached
        LEFT JOIN counted c USING (row_id, in_row, in_whole, stage)
        LEFT JOIN recent r USING (row_id, in_row, in_whole, stage)
    ), side AS (
        SELECT row_id, false AS is_self, in_row AS is_counted, stage, people, today, yesterday, week1, week2, week3, week4
        FROM cell
        -- What lies at the unit itself has a row where it has anybody, at every stage: who is overdue has reached the first.
        WHERE row_id <> p_unit OR is_used
        UNION ALL
        SELECT p_unit, true, in_whole, stage, people, today, yesterday, week1, week2, week3, week4
        FROM cell WHERE row_id > 0 OR row_id = p_unit
    ), line AS (
        SELECT row_id, is_self, stage, sum(people) AS people, sum(today) AS today, sum(yesterday) AS yesterday,
            coalesce(sum(people) FILTER (WHERE is_counted), 0) AS counted,
            coalesce(sum(today) FILTER (WHERE is_counted), 0) AS counted_today,
            coalesce(sum(week1) FILTER (WHERE is_counted), 0) AS week1,
            coalesce(sum(week2) FILTER (WHERE is_counted), 0) AS week2,
            coalesce(sum(week3) FILTER (WHERE is_counted), 0) AS week3,
            coalesce(sum(week4) FILTER (WHERE is_counted), 0) AS week4
        FROM side GROUP BY row_id, is_self, stage
    ), peopled_line AS (
        SELECT l.*, r.population, r.source, r.dated_on, r.lacking
        FROM line l
        LEFT JOIN rated r
            ON r.top_id = l.row_id AND (l.is_self OR l.row_id <> p_unit) AND (SELECT mart.tells_reach())
            -- Nobody knows how many people there are of a filter that no population knows.
            AND {who not has_population and: p_@ IS NULL}
    ), measured AS (
        SELECT l.*, t.share, t.due_on,
            CASE WHEN t.share * l.population IS NOT NULL
                 THEN greatest(ceil(t.share * l.population) - l.counted, 0) END AS gap,
            greatest(l.week1, l.week2, l.week3, l.week4) AS fastest, least(l.week1, l.week2, l.week3, l.week4) AS slowest,
            l.week1 / 7.0 AS pace
        FROM peopled_line l
        LEFT JOIN mart.target(p_ages, p_groups, p_today, p_as_of) t
            ON t.unit_id = l.row_id AND t.stage = l.stage AND (l.is_self OR l.row_id <> p_unit)
            -- People of some days or some vaccines are a part: what is missing to the target cannot be told from them.
            AND p_from IS NULL AND p_vaccines IS NULL AND (p_to IS NULL OR p_to >= p_today)
            AND {who not has_population and: p_@ IS NULL}
    ), needed AS (
        SELECT *, CASE WHEN due_on >= p_today THEN gap / greatest(due_on - p_today, 1) END AS pace_needed FROM measured
    )
    SELECT m.row_id, CASE WHEN m.is_self THEN u.parent_id ELSE p_unit END, m.is_self, m.stage, m.people::bigint,
        m.today::bigint, m.yesterday::bigint, m.population, m.source, m.dated_on, m.share::double precision, m.due_on,
        (m.counted / nullif(m.population, 0))::double precision, (m.counted_today / nullif(m.population, 0))::double precision,
        m.gap::bigint, m.pace::double precision, m.pace_needed::double precision,
        (m.pace_needed / nullif(m.pace, 0))::double precision,
        -- A range from the fastest and the slowest of the last four weeks; later than 25 weeks is no projection.
        CASE WHEN m.gap > 0 AND m.fastest > 0 AND m.gap <= 25 * m.fastest
             THEN p_today + ceil(m.gap * 7 / m.fastest)::integer END,
        CASE WHEN m.gap > 0 AND m.slowest > 0 AND m.gap <= 25 * m.slowest
             THEN p_today + ceil(m.gap * 7 / m.slowest)::integer END,
        CASE WHEN NOT m.is_self AND m.population > 0 THEN
            rank() OVER (PARTITION BY m.stage, NOT m.is_self AND m.population > 0
                         ORDER BY m.counted / nullif(m.population, 0) DESC NULLS LAST)::integer END,
        m.counted::bigint, m.lacking
    FROM needed m JOIN warehouse.unit u ON u.unit_id = m.row_id
$$;

-- People by the day they reached a stage. One row per day and stage.
CREATE FUNCTION mart.trend(
    p_unit integer, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date, p_as_of bigint,
    p_today date DEFAULT NULL{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (day date, stage smallint, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        SELECT mart.counted_ages(p_ages, coalesce(p_today, mart.today()), p_as_of) AS ages, mart.units_in(p_unit) AS units
    ), world AS MATERIALIZED (
        -- With a group or a vaccine, of the whole world: from its own sum.
        SELECT w.root_unit_id = p_unit AND num_nonnulls({who p_@}, p_vaccines) > 0 AND p_as_of IS NULL AS is_asked
        FROM warehouse.world w
    )
    SELECT d.day, d.stage, sum(d.people)::bigint
    FROM (
        SELECT p.day, p.stage, p.people
        FROM asked CROSS JOIN LATERAL mart.people_posted(asked.units, asked.ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of) p
        WHERE NOT (SELECT is_asked FROM world)
        UNION ALL
        SELECT b.day, b.stage, b.people
        FROM asked JOIN warehouse.balance_people_world_day_filters b ON asked.ages IS NULL OR b.age_band = ANY (asked.ages)
        WHERE (SELECT is_asked FROM world) AND b.stage IN (1, 2, 3, 4)
          AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    ) AS d
    GROUP BY d.day, d.stage
    HAVING sum(d.people) <> 0
$$;
