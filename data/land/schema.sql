COMMENT ON SCHEMA land IS 'Land register: cadastre and title, made-up parcels';

CREATE TABLE land.parcel (
    cadastral_code text NOT NULL
        CONSTRAINT cadastral_code_has_its_form CHECK (cadastral_code ~ '^[0-9]{5}:[0-9]{3}:[0-9]{4}$'),
    municipality text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('residential', 'agricultural', 'commercial', 'industrial')),
    area int NOT NULL CHECK (area > 0),
    taxable_value numeric(14, 2) NOT NULL CHECK (taxable_value > 0),
    divided_from text,
    CONSTRAINT parcel_is_no_part_of_itself CHECK (divided_from <> cadastral_code)
);
COMMENT ON COLUMN land.parcel.area IS 'Square metres';
COMMENT ON COLUMN land.parcel.divided_from IS 'The parcel that it was a part of';

CREATE TABLE land.ownership (
    deed_number int NOT NULL,
    cadastral_code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('restitution', 'sale', 'inheritance', 'division')),
    acquired_on date NOT NULL,
    price numeric(14, 2),
    personal_code text CONSTRAINT owner_personal_code_is_valid CHECK (land.is_personal_code(personal_code)),
    business_code text CONSTRAINT owner_business_code_is_valid CHECK (land.is_business_code(business_code)),
    ended_by int,
    CONSTRAINT parcel_has_one_owner CHECK (num_nonnulls(personal_code, business_code) = 1),
    CONSTRAINT sales_have_a_price CHECK ((price IS NOT NULL) = (kind = 'sale')),
    CONSTRAINT deeds_follow_one_another CHECK (ended_by > deed_number)
);
COMMENT ON TABLE land.ownership IS 'Who acquired a parcel, by which deed, and by which deed it went on';

CREATE TABLE land.mortgage (
    mortgage_number int NOT NULL,
    cadastral_code text NOT NULL,
    creditor_business_code text NOT NULL
        CONSTRAINT creditor_business_code_is_valid CHECK (land.is_business_code(creditor_business_code)),
    amount numeric(14, 2) NOT NULL CHECK (amount > 0),
    registered_on date NOT NULL,
    released_on date,
    CONSTRAINT mortgage_lasts CHECK (released_on > registered_on)
);
