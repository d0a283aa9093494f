-- Every registry's schema begins with this: it says which data it has, and has a table for test writes and the checks of codes. The schema
-- is first in the search path.

CREATE TABLE dataset (
    seed bigint NOT NULL,
    people int NOT NULL,
    generator int NOT NULL,
    as_of date NOT NULL,
    is_only boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (is_only)
);
COMMENT ON TABLE dataset IS 'Which data was loaded; there with the data or not at all';

CREATE TABLE write_probe (
    run uuid NOT NULL,
    sequence int NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (run, sequence)
);
COMMENT ON TABLE write_probe IS 'One row for each commit of npm run data -- write: nothing is ever changed or deleted';

CREATE FUNCTION is_personal_code(code text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN code ~ '^[1-8][0-9]{10}$' AND substr(code, 11, 1)::int = (
        CASE WHEN (substr(code, 1, 1)::int + substr(code, 2, 1)::int * 2 + substr(code, 3, 1)::int * 3
                 + substr(code, 4, 1)::int * 4 + substr(code, 5, 1)::int * 5 + substr(code, 6, 1)::int * 6
                 + substr(code, 7, 1)::int * 7 + substr(code, 8, 1)::int * 8 + substr(code, 9, 1)::int * 9
                 + substr(code, 10, 1)::int) % 11 < 10
        THEN (substr(code, 1, 1)::int + substr(code, 2, 1)::int * 2 + substr(code, 3, 1)::int * 3
            + substr(code, 4, 1)::int * 4 + substr(code, 5, 1)::int * 5 + substr(code, 6, 1)::int * 6
            + substr(code, 7, 1)::int * 7 + substr(code, 8, 1)::int * 8 + substr(code, 9, 1)::int * 9
            + substr(code, 10, 1)::int) % 11
        -- A remainder of 10 becomes the digit 0.
        ELSE (substr(code, 1, 1)::int * 3 + substr(code, 2, 1)::int * 4 + substr(code, 3, 1)::int * 5
            + substr(code, 4, 1)::int * 6 + substr(code, 5, 1)::int * 7 + substr(code, 6, 1)::int * 8
            + substr(code, 7, 1)::int * 9 + substr(code, 8, 1)::int + substr(code, 9, 1)::int * 2
            + substr(code, 10, 1)::int * 3) % 11 % 10
        END);
COMMENT ON FUNCTION is_personal_code IS 'Shape and check digit of a personal code, EVS 585:2007';

CREATE FUNCTION is_business_code(code text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN code ~ '^[1789][0-9]{7}$' AND substr(code, 8, 1)::int = (
        CASE WHEN (substr(code, 1, 1)::int + substr(code, 2, 1)::int * 2 + substr(code, 3, 1)::int * 3
                 + substr(code, 4, 1)::int * 4 + substr(code, 5, 1)::int * 5 + substr(code, 6, 1)::int * 6
                 + substr(code, 7, 1)::int * 7) % 11 < 10
        THEN (substr(code, 1, 1)::int + substr(code, 2, 1)::int * 2 + substr(code, 3, 1)::int * 3
            + substr(code, 4, 1)::int * 4 + substr(code, 5, 1)::int * 5 + substr(code, 6, 1)::int * 6
            + substr(code, 7, 1)::int * 7) % 11
        ELSE (substr(code, 1, 1)::int * 3 + substr(code, 2, 1)::int * 4 + substr(code, 3, 1)::int * 5
            + substr(code, 4, 1)::int * 6 + substr(code, 5, 1)::int * 7 + substr(code, 6, 1)::int * 8
            + substr(code, 7, 1)::int * 9) % 11 % 10
        END);
COMMENT ON FUNCTION is_business_code IS 'Shape and check digit of a business registry code: the digit is reckoned as in a personal code';
