-- The plan for growing past one machine. On plain PostgreSQL the two procedures do nothing.

CREATE TABLE warehouse.placement (
    relation   text PRIMARY KEY,
    placed_by  text NOT NULL CHECK (placed_by IN ('person_key', 'replicated', 'local'))
);
COMMENT ON TABLE warehouse.placement IS
    'One row per table: spread over machines by person_key, copied to each, or kept on the coordinator (Citus).';
INSERT INTO warehouse.placement VALUES
    ('injection', 'person_key'), ('person', 'person_key'),
    ('unit', 'replicated'), ('unit_ancestor', 'replicated'), ('site', 'replicated'), ('vaccine', 'replicated'),
    ('vaccine_alias', 'replicated'), ('dose_rule', 'replicated'), ('booster_rule', 'replicated'),
    ('age_band', 'replicated'), ('stage', 'replicated'), ('population_version', 'replicated'),
    ('population', 'replicated'), ('target', 'replicated'), ('session', 'replicated'), ('stock_movement', 'replicated'),
    ('residence_reading', 'replicated'), ('site_alias', 'replicated'), ('primary_series', 'replicated'),
    ('world', 'local'), ('source', 'local'), ('leader', 'local'), ('batch', 'local'), ('delivery', 'local'),
    ('quarantine', 'local'), ('closing', 'local'), ('record', 'local'), ('placement', 'local'), ('ledger_people', 'local'),
    ('ledger_doses', 'local'), ('ledger_entries', 'local'), ('balance_people', 'local'), ('balance_people_total', 'local'),
    ('balance_people_day', 'local'), ('balance_doses_total', 'local'), ('balance_doses_day', 'local'),
    ('balance_entries', 'local'), ('ledger_entered', 'local'), ('balance_entered', 'local'), ('ledger_lots', 'local'),
    ('balance_lots', 'local'), ('site_heard', 'local'), ('posted_day', 'local'), ('balance_people_unit', 'local'),
    ('balance_doses_unit', 'local'), ('balance_doses_pair', 'local'), ('upload', 'local'), ('balance_hours', 'local'),
    ('balance_doses_world', 'local'), ('balance_people_world', 'local'), ('request', 'local'), ('heartbeat', 'local'),
    ('brake', 'local'), ('brake_finding', 'local'), ('reconciliation', 'local'), ('reconciled_day', 'local'),
    ('forgotten', 'local'), ('membership', 'local');

CREATE PROCEDURE warehouse.place_tables() LANGUAGE plpgsql AS $$
DECLARE plan record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN; END IF;
    FOR plan IN SELECT * FROM warehouse.placement ORDER BY placed_by DESC, relation LOOP
        IF plan.placed_by = 'replicated' THEN
            EXECUTE format('SELECT create_reference_table(%L)', 'warehouse.' || plan.relation);
        ELSIF plan.placed_by = 'person_key' THEN
            EXECUTE format('SELECT create_distributed_table(%L, %L)', 'warehouse.' || plan.relation, 'person_key');
        END IF;
    END LOOP;
END $$;
COMMENT ON PROCEDURE warehouse.place_tables IS 'Spreads the tables as warehouse.placement says; nothing without Citus.';

CREATE PROCEDURE warehouse.gather_tables() LANGUAGE plpgsql AS $$
DECLARE plan record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN RETURN; END IF;
    FOR plan IN SELECT * FROM warehouse.placement WHERE placed_by <> 'local' ORDER BY placed_by, relation LOOP
        EXECUTE format('SELECT undistribute_table(%L)', 'warehouse.' || plan.relation);
    END LOOP;
END $$;
COMMENT ON PROCEDURE warehouse.gather_tables IS 'Brings the tables back to one machine; nothing without Citus.';
