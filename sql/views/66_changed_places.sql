-- Where a figure changed: the postings between two batches by place. They add up to mart.changes.

-- Indicator 26 by the units of a table (mart.member). Arguments as of mart.changes. One row per unit and cause; p_unit's own
-- id is what lies at no smaller unit.
CREATE FUNCTION mart.changed_places(
    p_unit integer, p_figure text, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[],
    p_from_batch bigint, p_to_batch bigint, p_today date)
RETURNS TABLE (unit_id integer, cause text, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS (
        SELECT CASE WHEN p_figure = 'doses' THEN p_ages ELSE mart.counted_ages(p_ages, p_today, p_to_batch) END AS ages,
            least(coalesce(p_to_batch, 9223372036854775807), (SELECT folded_through FROM warehouse.leader)) AS last_batch
    )
    SELECT m.row_id, l.cause::text, sum(l.amount)::bigint
    FROM (
        SELECT p.cause, p.unit_id, p.people AS amount
        FROM warehouse.ledger_people p CROSS JOIN asked
        WHERE p.batch_id > p_from_batch AND p.batch_id <= asked.last_batch
          AND p.stage = (SELECT s.stage FROM warehouse.stage s WHERE s.code = p_figure AND s.is_reached)
          AND (asked.ages IS NULL OR p.age_band = ANY (asked.ages))
          AND (p_groups IS NULL OR p.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR p.vaccine_id = ANY (p_vaccines))
        UNION ALL
        SELECT d.cause, CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END, d.doses
        FROM warehouse.ledger_doses d CROSS JOIN asked
        WHERE p_figure = 'doses' AND d.batch_id > p_from_batch AND d.batch_id <= asked.last_batch
          AND (asked.ages IS NULL OR d.age_band = ANY (asked.ages))
          AND (p_groups IS NULL OR d.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR d.vaccine_id = ANY (p_vaccines))
    ) AS l
    JOIN mart.member(p_unit, NULL, p_today) m ON m.unit_id = l.unit_id AND m.row_id > 0
    GROUP BY m.row_id, l.cause
    HAVING sum(l.amount) <> 0
$$;

-- The oldest batch, before which there was no figure. At most one row.
CREATE FUNCTION mart.first_batch() RETURNS TABLE (batch_id bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT b.batch_id, b.committed_at FROM warehouse.batch b
    WHERE b.batch_id <= (SELECT folded_through FROM warehouse.leader) AND b.committed_at IS NOT NULL
    ORDER BY b.batch_id LIMIT 1
$$;
