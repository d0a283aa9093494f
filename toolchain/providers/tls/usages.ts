/** The names that `allowedUses` takes, and what they stand for in a certificate (RFC 5280, 4.2.1.3 and 4.2.1.12). */
import {
    KeyUsageFlags,
    id_kp_clientAuth,
    id_kp_codeSigning,
    id_kp_emailProtection,
    id_kp_OCSPSigning,
    id_kp_serverAuth,
    id_kp_timeStamping,
} from "@peculiar/asn1-x509";

const KEY_USAGES: Readonly<Record<string, KeyUsageFlags>> = {
    digital_signature: KeyUsageFlags.digitalSignature,
    content_commitment: KeyUsageFlags.nonRepudiation,
    key_encipherment: KeyUsageFlags.keyEncipherment,
    data_encipherment: KeyUsageFlags.dataEncipherment,
    key_agreement: KeyUsageFlags.keyAgreement,
    cert_signing: KeyUsageFlags.keyCertSign,
    crl_signing: KeyUsageFlags.cRLSign,
    encipher_only: KeyUsageFlags.encipherOnly,
    decipher_only: KeyUsageFlags.decipherOnly,
};

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
    any_extended: "2.5.29.37.0",
    server_auth: id_kp_serverAuth,
    client_auth: id_kp_clientAuth,
    code_signing: id_kp_codeSigning,
    email_protection: id_kp_emailProtection,
    ipsec_end_system: "1.3.6.1.5.5.7.3.5",
    ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
    ipsec_user: "1.3.6.1.5.5.7.3.7",
    timestamping: id_kp_timeStamping,
    ocsp_signing: id_kp_OCSPSigning,
    microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
    netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
    microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
    microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

export const ALLOWED_USES: readonly string[] = [...Object.keys(KEY_USAGES), ...Object.keys(EXTENDED_KEY_USAGES)].sort();

/** The KeyUsage bits of `uses`, 0 for none. */
export function keyUsage(uses: readonly string[]): number {
    return uses.reduce((flags, use) => flags | (KEY_USAGES[use] ?? 0), 0);
}

/** The ExtendedKeyUsage object identifiers of `uses`, in their order. */
export function extendedKeyUsage(uses: readonly string[]): string[] {
    return [...new Set(uses.flatMap((use) => EXTENDED_KEY_USAGES[use] ?? []))];
}
