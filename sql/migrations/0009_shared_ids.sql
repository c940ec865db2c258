-- The few persons whose ID came with two birth years or sexes: the page of targets counts them without reading the others.

CREATE INDEX person_shared ON warehouse.person (residence_unit_id) WHERE is_identity_shared;
