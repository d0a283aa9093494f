COMMENT ON SCHEMA taxes IS 'Tax register, made-up payers: nobody in it exists';

CREATE FUNCTION taxes.is_reference_number(number text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN number ~ '^[0-9]{10}$' AND (substr(number, 1, 1)::int + substr(number, 4, 1)::int + substr(number, 7, 1)::int
        + substr(number, 10, 1)::int
        + 7 * (substr(number, 3, 1)::int + substr(number, 6, 1)::int + substr(number, 9, 1)::int)
        + 3 * (substr(number, 2, 1)::int + substr(number, 5, 1)::int + substr(number, 8, 1)::int)) % 10 = 0;
COMMENT ON FUNCTION taxes.is_reference_number IS 'Ten digits, the last a check by the 7-3-1 method';

CREATE TABLE taxes.tax_rate (
    kind text NOT NULL CHECK (kind IN ('income', 'social', 'value-added', 'land')),
    year int NOT NULL,
    rate int NOT NULL CHECK (rate BETWEEN 0 AND 1000),
    legal_basis text NOT NULL
);
COMMENT ON COLUMN taxes.tax_rate.rate IS 'Thousandths';
COMMENT ON COLUMN taxes.tax_rate.legal_basis IS 'The publication of an act, in the register of legislation';

CREATE TABLE taxes.payer (
    payer_id int NOT NULL,
    personal_code text CONSTRAINT payer_personal_code_is_valid CHECK (taxes.is_personal_code(personal_code)),
    business_code text CONSTRAINT payer_business_code_is_valid CHECK (taxes.is_business_code(business_code)),
    code text GENERATED ALWAYS AS (coalesce(personal_code, business_code)) STORED,
    reference_number text NOT NULL
        CONSTRAINT reference_number_is_valid CHECK (taxes.is_reference_number(reference_number)),
    CONSTRAINT payer_is_person_or_business CHECK (num_nonnulls(personal_code, business_code) = 1)
);

CREATE TABLE taxes.assessment (
    assessment_id int NOT NULL,
    payer_id int NOT NULL,
    kind text NOT NULL,
    year int NOT NULL,
    rate int NOT NULL,
    cadastral_code text,
    base numeric(14, 2) NOT NULL CHECK (base >= 0),
    amount numeric(14, 2) NOT NULL,
    due_on date NOT NULL,
    CONSTRAINT land_alone_has_a_parcel CHECK ((cadastral_code IS NOT NULL) = (kind = 'land')),
    CONSTRAINT amount_follows_from_rate CHECK (amount = round(base * rate / 1000, 2))
);

CREATE TABLE taxes.payment (
    payment_id int NOT NULL,
    reference_number text NOT NULL,
    received_on date NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount > 0)
);
COMMENT ON TABLE taxes.payment IS 'As a bank''s statement names them: by the payer''s reference number alone';
