-- Stock: what came, what was used, how long it lasts. All in doses.

-- Indicators 21 and 22. One row per row of mart.member (and the unit itself, is_self) and vaccine with a movement in it;
-- nothing is known of others. given: doses recorded as given there; opened NULL where vials are not reported as opened,
-- then wastage is NULL too. usable: what the last stock-take of the row found, or else nothing, with what was received
-- since, less what was opened (or given, where that is more) and discarded since; only of a store that has taken stock
-- or received. daily_use: given, mean of the 14 days before today. due_soon: those who live there, got this vaccine as
-- first dose, and whose interval ends within 28 days. runs_out_on: the first day that daily_use can no more be met; of
-- what lasts longer than ten years, ten years on. Doses given and people due belong to the store of their row; where
-- their row has none of that vaccine, to the store of the asked unit itself, if it has one: a district's own store serves
-- its communes.
CREATE FUNCTION mart.stock(p_unit integer, p_vaccines smallint[], p_today date, p_as_of bigint, p_level integer DEFAULT NULL)
RETURNS TABLE (
    unit_id integer, is_self boolean, vaccine_id smallint, allocated bigint, received bigint, opened bigint, discarded bigint,
    given bigint, wastage double precision, usable bigint, daily_use double precision, cover_days double precision,
    due_soon bigint, runs_out_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), movement AS (
        SELECT m.row_id, s.vaccine_id, s.kind, s.day, s.doses, s.unit_id
        FROM warehouse.stock_movement s JOIN member m ON m.unit_id = s.unit_id
        WHERE mart.holds(s.from_batch, s.to_batch, p_as_of) AND s.day <= p_today
          AND (p_vaccines IS NULL OR s.vaccine_id = ANY (p_vaccines))
    ), taken AS (
        SELECT row_id, vaccine_id, max(day) AS day FROM movement WHERE kind = 'counted' GROUP BY row_id, vaccine_id
    ), moved AS (
        SELECT m.row_id, m.vaccine_id, t.day AS taken_on,
            sum(m.doses) FILTER (WHERE m.kind = 'allocated') AS allocated,
            sum(m.doses) FILTER (WHERE m.kind = 'received') AS received,
            sum(m.doses) FILTER (WHERE m.kind = 'opened') AS opened,
            sum(m.doses) FILTER (WHERE m.kind = 'discarded') AS discarded,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'counted' AND m.day = t.day), 0) AS counted,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'received' AND (t.day IS NULL OR m.day > t.day)), 0) AS received_since,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'opened' AND (t.day IS NULL OR m.day > t.day)), 0) AS opened_since,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'discarded' AND (t.day IS NULL OR m.day > t.day)), 0) AS discarded_since
        FROM movement m LEFT JOIN taken t USING (row_id, vaccine_id)
        GROUP BY m.row_id, m.vaccine_id, t.day
    ), served AS (
        SELECT m.unit_id, v.vaccine_id, v.row_id, v.taken_on
        FROM member m JOIN moved v ON v.row_id = m.row_id OR v.row_id = p_unit AND m.row_id > 0 AND NOT EXISTS (
            SELECT FROM moved own WHERE own.row_id = m.row_id AND own.vaccine_id = v.vaccine_id)
    ), used AS (
        SELECT s.row_id, s.vaccine_id, sum(d.doses) AS given,
            sum(d.doses) FILTER (WHERE d.day BETWEEN p_today - 14 AND p_today - 1) AS recent,
            sum(d.doses) FILTER (WHERE s.taken_on IS NULL OR d.day > s.taken_on) AS since
        FROM (
            SELECT b.place_unit_id, b.vaccine_id, b.day, b.doses FROM warehouse.balance_lots b
            UNION ALL
            SELECT l.place_unit_id, l.vaccine_id, l.day, -l.doses FROM warehouse.ledger_lots l
            WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
        ) AS d
        JOIN served s ON s.unit_id = d.place_unit_id AND s.vaccine_id = d.vaccine_id
        WHERE d.day <= p_today
        GROUP BY s.row_id, s.vaccine_id
    ), due AS (
        SELECT s.row_id, s.vaccine_id, sum(p.people) AS people
        FROM (
            SELECT c.unit_id, c.vaccine_id, sum(c.people) AS people
            FROM (
                SELECT b.unit_id, b.vaccine_id, b.people FROM warehouse.balance_people b
                WHERE b.stage = 5 AND b.day BETWEEN p_today AND p_today + 27
                UNION ALL
                SELECT l.unit_id, l.vaccine_id, -l.people FROM warehouse.ledger_people l
                WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
                  AND l.stage = 5 AND l.day BETWEEN p_today AND p_today + 27
            ) AS c
            GROUP BY c.unit_id, c.vaccine_id
        ) AS p
        JOIN served s ON s.unit_id = p.unit_id AND s.vaccine_id = p.vaccine_id
        GROUP BY s.row_id, s.vaccine_id
    ), cell AS (
        SELECT v.row_id, v.vaccine_id, v.allocated, v.received, v.opened, v.discarded, coalesce(u.given, 0) AS given,
            coalesce(u.recent, 0) AS recent, coalesce(d.people, 0) AS due,
            CASE WHEN v.taken_on IS NOT NULL OR v.received IS NOT NULL THEN
                greatest(v.counted + v.received_since - v.discarded_since - greatest(v.opened_since, coalesce(u.since, 0)), 0) END AS usable
        FROM moved v
        LEFT JOIN used u USING (row_id, vaccine_id)
        LEFT JOIN due d USING (row_id, vaccine_id)
    ), line AS (
        SELECT row_id, false AS is_self, vaccine_id, allocated, received, opened, discarded, given, recent, due, usable FROM cell
        UNION ALL
        SELECT p_unit, true, vaccine_id, sum(allocated), sum(received), sum(opened), sum(discarded), sum(given), sum(recent),
            sum(due), sum(usable)
        FROM cell WHERE row_id > 0 OR row_id = p_unit GROUP BY vaccine_id
    )
    SELECT row_id, is_self, vaccine_id, allocated::bigint, received::bigint, opened::bigint, discarded::bigint, given::bigint,
        ((opened - given) / nullif(opened, 0))::double precision, usable::bigint, (recent / 14)::double precision,
        (usable * 14 / nullif(recent, 0))::double precision, due::bigint,
        CASE WHEN usable IS NOT NULL AND recent > 0 THEN p_today + least(floor(usable * 14 / recent), 3650)::integer END
    FROM line
$$;
