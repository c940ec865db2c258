-- What a source does not tell of an identity is none of the states that it could be in. (A value of its own: PostgreSQL does
-- not use a new one in the transaction that adds it.)

ALTER TYPE warehouse.identity_status ADD VALUE 'unknown';
