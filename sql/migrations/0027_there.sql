-- What is said of a file holds while the file is there.

ALTER TABLE warehouse.delivery ADD is_there boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN warehouse.delivery.is_there IS 'Whether something of this name lay in the folder at the last look.';
