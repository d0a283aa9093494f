COMMENT ON SCHEMA pensions IS 'Pension register, made-up people: nobody in it exists';

CREATE TABLE pensions.rate (
    valid_from date NOT NULL,
    valid_to date,
    base numeric(8, 2) NOT NULL CHECK (base > 0),
    year_value numeric(8, 2) NOT NULL CHECK (year_value > 0),
    legal_basis text NOT NULL
);
COMMENT ON TABLE pensions.rate IS 'What a pension is reckoned from, in force from one day until before another';
COMMENT ON COLUMN pensions.rate.year_value IS 'A month, for a year of average contributions';
COMMENT ON COLUMN pensions.rate.legal_basis IS 'The publication of an act, in the register of legislation';

CREATE TABLE pensions.insured (
    insured_id int NOT NULL,
    personal_code text NOT NULL
        CONSTRAINT insured_personal_code_is_valid CHECK (pensions.is_personal_code(personal_code))
);

CREATE TABLE pensions.employment (
    insured_id int NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    employer_business_code text NOT NULL
        CONSTRAINT employer_business_code_is_valid CHECK (pensions.is_business_code(employer_business_code)),
    coefficient int NOT NULL CHECK (coefficient > 0),
    CONSTRAINT employment_lasts CHECK (ended_on > started_on)
);
COMMENT ON COLUMN pensions.employment.coefficient IS 'Contributions as compared to the average, in thousandths';

CREATE TABLE pensions.pension (
    insured_id int NOT NULL,
    granted_on date NOT NULL,
    ended_on date,
    service_days int NOT NULL CHECK (service_days >= 0),
    CONSTRAINT pension_lasts CHECK (ended_on > granted_on)
);
COMMENT ON COLUMN pensions.pension.service_days IS 'Days of work before contributions were recorded by person';

CREATE TABLE pensions.payment (
    insured_id int NOT NULL,
    month date NOT NULL CONSTRAINT month_is_named_by_its_first_day CHECK (extract(day FROM month) = 1),
    amount numeric(8, 2) NOT NULL CHECK (amount > 0)
);
