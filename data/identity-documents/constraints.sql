ALTER TABLE identity_documents.holder ADD PRIMARY KEY (holder_id), ADD UNIQUE (personal_code);
ALTER TABLE identity_documents.document
    ADD PRIMARY KEY (document_number),
    ADD CONSTRAINT document_has_one_expiry UNIQUE (document_number, expires_on);
CREATE INDEX document_by_holder ON identity_documents.document (holder_id);
CREATE UNIQUE INDEX one_document_of_a_kind_in_force ON identity_documents.document (holder_id, kind) WHERE ended_on IS NULL;
ALTER TABLE identity_documents.certificate
    ADD PRIMARY KEY (serial_number),
    ADD CONSTRAINT one_certificate_for_a_purpose UNIQUE (document_number, purpose);

ALTER TABLE identity_documents.document ADD FOREIGN KEY (holder_id) REFERENCES identity_documents.holder;
ALTER TABLE identity_documents.certificate
    ADD CONSTRAINT certificate_ends_with_its_document
        FOREIGN KEY (document_number, valid_to) REFERENCES identity_documents.document (document_number, expires_on);
