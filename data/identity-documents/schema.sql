COMMENT ON SCHEMA identity_documents IS 'Identity documents, made-up holders: none of them was ever issued';

CREATE FUNCTION identity_documents.document_check_digit(number text) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((ascii(number) - 55) * 7 + (ascii(substr(number, 2)) - 55) * 3 + substr(number, 3, 1)::int
        + substr(number, 4, 1)::int * 7 + substr(number, 5, 1)::int * 3 + substr(number, 6, 1)::int
        + substr(number, 7, 1)::int * 7 + substr(number, 8, 1)::int * 3 + substr(number, 9, 1)::int) % 10;
COMMENT ON FUNCTION identity_documents.document_check_digit IS 'ICAO Doc 9303, part 3, of two letters and seven digits';

CREATE TABLE identity_documents.holder (
    holder_id int NOT NULL,
    personal_code text NOT NULL
        CONSTRAINT holder_personal_code_is_valid CHECK (identity_documents.is_personal_code(personal_code))
);

CREATE TABLE identity_documents.document (
    document_number text NOT NULL
        CONSTRAINT document_number_has_its_form CHECK (document_number ~ '^[A-Z]{2}[0-9]{7}$'),
    check_digit int NOT NULL,
    holder_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('id-card', 'passport')),
    issued_on date NOT NULL,
    expires_on date NOT NULL,
    ended_on date,
    end_reason text CHECK (end_reason IN ('expired', 'lost', 'death')),
    CONSTRAINT check_digit_is_right CHECK (check_digit = identity_documents.document_check_digit(document_number)),
    CONSTRAINT document_ends_in_its_time CHECK (ended_on BETWEEN issued_on AND expires_on),
    CONSTRAINT document_is_issued_before_it_expires CHECK (expires_on > issued_on),
    CONSTRAINT document_end_has_reason CHECK ((ended_on IS NULL) = (end_reason IS NULL)),
    CONSTRAINT document_ends_when_it_expires CHECK ((end_reason = 'expired') = (ended_on = expires_on))
);

CREATE TABLE identity_documents.certificate (
    serial_number bigint NOT NULL,
    document_number text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('authentication', 'signature')),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    revoked_on date,
    CONSTRAINT certificate_lasts CHECK (valid_to > valid_from),
    CONSTRAINT revoked_in_its_time CHECK (revoked_on BETWEEN valid_from AND valid_to)
);
