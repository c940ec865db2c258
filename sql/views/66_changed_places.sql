-- Where a figure changed: the postings between two batches by place. They add up to mart.changes.

-- Indicator 26 by the units of a table (mart.member). Arguments as of mart.changes. One row per unit and cause; p_unit's own
-- id is what lies at no smaller unit.
CREATE FUNCTION mart.changed_places(
    p_unit integer, p_figure text, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[],
    p_from_batch bigint, p_to_batch bigint, p_today date)
RETURNS TABLE (unit_id integer, cause text, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT m.row_id, l.cause::text, sum(l.amount)
    FROM mart.posted_between(p_figure, p_basis, p_ages, p_groups, p_vaccines, p_from_batch, p_to_batch, p_today) l
    JOIN mart.member(p_unit, NULL, p_today) m ON m.unit_id = l.unit_id AND m.row_id > 0
    GROUP BY m.row_id, l.cause
    HAVING sum(l.amount) <> 0
$$;

-- The batch with which the first load was in, before which there is nothing to compare with: the last of the large ones
-- (from 10,000 records on) that a warehouse begins with. At most one row.
CREATE FUNCTION mart.first_load() RETURNS TABLE (batch_id bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH held AS NOT MATERIALIZED (
        SELECT b.batch_id, b.committed_at, b.received FROM warehouse.batch b
        WHERE b.batch_id <= (SELECT folded_through FROM warehouse.leader) AND b.committed_at IS NOT NULL
    ), small AS (
        SELECT s.batch_id FROM held s WHERE s.received BETWEEN 1 AND 9999 ORDER BY s.batch_id LIMIT 1
    )
    SELECT h.batch_id, h.committed_at FROM held h
    WHERE h.batch_id = coalesce(
        (SELECT max(l.batch_id) FROM held l WHERE l.batch_id < (SELECT batch_id FROM small)),
        (SELECT batch_id FROM small),
        (SELECT max(l.batch_id) FROM held l))
$$;
