-- Finds which documents of the person with the code $1 were valid on the day $2, and each one's certificate for signatures.
SELECT document_number, check_digit, kind, issued_on::text, expires_on::text,
       (SELECT serial_number::text
          FROM identity_documents.certificate
         WHERE certificate.document_number = document.document_number AND purpose = 'signature'
           AND $2::date >= valid_from AND $2::date < valid_to
           AND (revoked_on IS NULL OR revoked_on > $2::date)) AS signature_certificate
  FROM identity_documents.holder
  JOIN identity_documents.document USING (holder_id)
 WHERE personal_code = $1 AND issued_on <= $2::date AND expires_on > $2::date
   AND (ended_on IS NULL OR ended_on > $2::date)
 ORDER BY kind, document_number
