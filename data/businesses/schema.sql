COMMENT ON SCHEMA businesses IS 'Business register, made-up businesses: none of them exists';

CREATE TABLE businesses.business (
    business_code text NOT NULL CONSTRAINT business_code_is_valid CHECK (businesses.is_business_code(business_code)),
    name text NOT NULL CHECK (name <> ''),
    legal_form text NOT NULL CHECK (legal_form IN ('OÜ', 'AS', 'MTÜ', 'SA')),
    activity text NOT NULL CHECK (activity ~ '^[A-U]$'),
    founded_on date NOT NULL,
    deleted_on date,
    capital numeric(14, 2) CHECK (capital > 0),
    CONSTRAINT founding_precedes_deletion CHECK (deleted_on > founded_on),
    CONSTRAINT companies_have_capital CHECK ((capital IS NOT NULL) = (legal_form IN ('OÜ', 'AS'))),
    CONSTRAINT business_code_matches_form
        CHECK (left(business_code, 1) = CASE legal_form WHEN 'MTÜ' THEN '8' WHEN 'SA' THEN '9' ELSE '1' END)
);
COMMENT ON TABLE businesses.business IS 'Companies (OÜ, AS), associations (MTÜ) and foundations (SA)';
COMMENT ON COLUMN businesses.business.activity IS 'Section of NACE';

CREATE TABLE businesses.holding (
    business_code text NOT NULL,
    number int NOT NULL,
    owner_personal_code text
        CONSTRAINT owner_personal_code_is_valid CHECK (businesses.is_personal_code(owner_personal_code)),
    owner_business_code text,
    nominal numeric(14, 2) NOT NULL CHECK (nominal > 0),
    acquired_on date NOT NULL,
    disposed_on date,
    CONSTRAINT holding_has_one_owner CHECK (num_nonnulls(owner_personal_code, owner_business_code) = 1),
    CONSTRAINT nothing_owns_itself CHECK (owner_business_code <> business_code),
    CONSTRAINT holding_lasts CHECK (disposed_on > acquired_on)
);
COMMENT ON TABLE businesses.holding IS 'Parts of a company''s capital, and who held them from one day until before another';

CREATE TABLE businesses.board_member (
    business_code text NOT NULL,
    number int NOT NULL,
    personal_code text NOT NULL
        CONSTRAINT board_personal_code_is_valid CHECK (businesses.is_personal_code(personal_code)),
    elected_on date NOT NULL,
    left_on date,
    CONSTRAINT term_lasts CHECK (left_on > elected_on)
);
COMMENT ON TABLE businesses.board_member IS 'Who may sign for a business';
