-- Where a figure changed: the postings between two batches by place. They add up to mart.changes.

-- Indicator 26 by the units of a table (mart.member). Arguments as of mart.changes. One row per unit and cause; p_unit's own
-- id is what lies at no smaller unit.
CREATE FUNCTION mart.changed_places(
    p_unit integer, p_figure text, p_basis text, p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[],
    p_from_batch bigint, p_to_batch bigint, p_today date)
RETURNS TABLE (unit_id integer, cause text, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT m.row_id, l.cause::text, sum(l.amount)
    FROM mart.posted_between(p_figure, p_basis, p_ages, {who p_@}, p_vaccines, p_from_batch, p_to_batch, p_today) l
    JOIN mart.member(p_unit, NULL, p_today) m ON m.unit_id = l.unit_id AND m.row_id > 0
    GROUP BY m.row_id, l.cause
    HAVING sum(l.amount) <> 0
$$;

-- The first batch at which no source that had given records was in its first load, before which there is nothing to compare
-- with; while it lasts, the newest. At most one row.
CREATE FUNCTION mart.first_load() RETURNS TABLE (batch_id bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH held AS NOT MATERIALIZED (
        SELECT b.batch_id, b.committed_at FROM warehouse.batch b
        WHERE b.batch_id <= (SELECT folded_through FROM warehouse.leader) AND b.committed_at IS NOT NULL
    ), ended AS (
        -- of sources from before this was kept (0) it ended with the first batch, as far as anybody can say
        SELECT min(h.batch_id) AS batch_id
        FROM warehouse.source s CROSS JOIN LATERAL (
            SELECT greatest(s.first_loaded_batch, (SELECT min(batch_id) FROM held)) AS batch_id) AS h
        WHERE s.first_loaded_batch IS NOT NULL AND NOT EXISTS (
            SELECT FROM warehouse.source o
            JOIN warehouse.batch b ON b.source_id = o.source_id AND b.batch_id <= h.batch_id AND b.received > 0
            WHERE CASE WHEN o.first_loaded_batch IS NULL THEN o.is_configured ELSE o.first_loaded_batch > h.batch_id END)
    )
    SELECT h.batch_id, h.committed_at FROM held h
    WHERE h.batch_id = coalesce((SELECT batch_id FROM ended), (SELECT max(batch_id) FROM held))
$$;
