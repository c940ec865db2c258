-- Why an upload was refused, by its code and values: a page says it in its reader's language (reason: as the log says it).
ALTER TABLE warehouse.upload ADD fault jsonb;
