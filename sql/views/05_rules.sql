-- Which field a rule of the quarantine is about; rules that are not here name their fields themselves (unreadable).

CREATE VIEW mart.rule_field (rule, field) AS VALUES
    ('missing_record_id', 'record_id'), ('missing_updated_at', 'updated_at'), ('missing_status', 'status'),
    ('missing_vaccine', 'vaccine_code'), ('unknown_vaccine', 'vaccine_code'), ('missing_site', 'site_code'),
    ('unknown_site', 'site_code'), ('missing_injected_at', 'injected_at'), ('future_date', 'injected_at'),
    ('before_approval', 'injected_at'), ('before_birth', 'birth_date'), ('under_age', 'birth_date'),
    ('bad_dose_number', 'dose_number');
