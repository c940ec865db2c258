-- What /metrics tells of the warehouse: one number per row, by source and one more word. No record, no person, no place. Counters
-- are of every source that is kept, those that the settings no longer name included; how a source is, of those that they name;
-- what waits to be mended, of those whose records were not taken out.

CREATE FUNCTION mart.metrics() RETURNS TABLE (metric text, source text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT 'newest_batch', NULL, NULL, l.last_batch_id::double precision FROM warehouse.leader l
    UNION ALL
    SELECT 'unfolded_batches', NULL, NULL, (l.last_batch_id - l.folded_through)::double precision FROM warehouse.leader l
    UNION ALL
    SELECT 'batches', NULL, b.kind, count(*)::double precision FROM warehouse.batch b GROUP BY b.kind
    UNION ALL
    SELECT 'etl_silent_seconds', NULL, NULL, extract(epoch FROM clock_timestamp() - h.beat_at)::double precision
    FROM warehouse.heartbeat h WHERE h.beat_at IS NOT NULL
    UNION ALL
    SELECT 'reference_refused', NULL, NULL, (w.reference_refusal IS NOT NULL)::int::double precision FROM warehouse.world w
    UNION ALL
    SELECT 'records', s.name, o.outcome, o.n::double precision
    FROM warehouse.source s CROSS JOIN LATERAL (VALUES ('received', s.received), ('loaded', s.loaded),
        ('unchanged', s.unchanged), ('quarantined', s.quarantined), ('corrected', s.corrected), ('vanished', s.vanished))
        AS o (outcome, n)
    WHERE s.deleted_at IS NULL
    UNION ALL
    SELECT 'source_state', s.name, t.state, (s.state = t.state)::int::double precision
    FROM warehouse.source s CROSS JOIN (VALUES ('idle'), ('running'), ('braked'), ('failed')) AS t (state)
    WHERE s.is_configured
    UNION ALL
    -- The clock of a sample's figures is shifted by whole days.
    SELECT 'lag_seconds', s.name, NULL, extract(epoch FROM
        clock_timestamp() + make_interval(days => w.shift_days) - s.last_polled_at)::double precision
    FROM warehouse.source s CROSS JOIN warehouse.world w WHERE s.is_configured AND s.last_polled_at IS NOT NULL
    UNION ALL
    SELECT 'quarantine', s.name, r.rule, count(*)::double precision
    FROM warehouse.quarantine q JOIN warehouse.source s USING (source_id) CROSS JOIN unnest(q.rules) AS r (rule)
    WHERE q.state = 'open' AND s.forgotten_at IS NULL GROUP BY s.name, r.rule
    UNION ALL
    SELECT 'reconcile_records', s.name, d.what, d.n::double precision
    FROM warehouse.source s CROSS JOIN LATERAL (SELECT * FROM warehouse.reconciliation r WHERE r.source_id = s.source_id
        ORDER BY r.compared_at DESC LIMIT 1) AS c
    CROSS JOIN LATERAL (VALUES ('at_source', c.source_rows), ('held', c.held_rows), ('lost', c.lost), ('merged', c.merged),
        ('without_time', c.without_time), ('ahead', c.ahead)) AS d (what, n)
    WHERE s.is_configured
$$;
