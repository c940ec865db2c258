-- A ledger's or a balance's name says its subject and its grain (docs/warehouse.md).

DO $$
DECLARE
    renamed record;
    part name;
BEGIN
    FOR renamed IN SELECT * FROM (VALUES
        ('ledger_entered', 'ledger_entry_days'), ('balance_entered', 'balance_entry_days'),
        ('balance_entries', 'balance_entries_site_day'), ('balance_hours', 'balance_doses_site_hour'),
        ('balance_people_day', 'balance_people_unit_day'), ('balance_people_total', 'balance_people_unit_filters'),
        ('balance_people_world', 'balance_people_world_day_filters'),
        ('balance_doses_unit', 'balance_doses_unit_day'), ('balance_doses_total', 'balance_doses_unit_filters'),
        ('balance_doses_world', 'balance_doses_world_day_filters'),
        ('balance_doses_day', 'balance_doses_pair_day'), ('balance_doses_pair', 'balance_doses_pair_month')
    ) AS r (former, now) LOOP
        EXECUTE format('ALTER TABLE warehouse.%I RENAME TO %I', renamed.former, renamed.now);
        FOR part IN SELECT conname FROM pg_constraint
            WHERE conrelid = format('warehouse.%I', renamed.now)::regclass AND starts_with(conname, renamed.former)
        LOOP
            EXECUTE format('ALTER TABLE warehouse.%I RENAME CONSTRAINT %I TO %I', renamed.now, part,
                replace(part, renamed.former, renamed.now));
        END LOOP;
        UPDATE warehouse.placement SET relation = renamed.now WHERE relation = renamed.former;
    END LOOP;
END $$;
ALTER INDEX warehouse.balance_entered_on RENAME TO balance_entry_days_of_entry;

COMMENT ON TABLE warehouse.balance_entry_days IS
    'One row per cell of ledger_entry_days: its sum. For the late-entry triangle and each site''s queue of late entries.';
COMMENT ON TABLE warehouse.balance_people_unit_filters IS 'balance_people without the day: where everybody stands now.';
COMMENT ON TABLE warehouse.balance_people_unit IS
    'balance_people_unit_day without the day: where everybody stands now, with no filter but age.';
COMMENT ON TABLE warehouse.balance_doses_pair_month IS
    'balance_doses_pair_day by month, named by its first day: the whole months of the reconciliation strip.';
