/** tls.PrivateKey. */
import { resource } from "../state-only/schema";
import {
    ALGORITHMS,
    CURVES,
    type Curve,
    describePublicKey,
    generateKey,
    opensshPem,
    pkcs8Pem,
    traditionalPem,
} from "./keys";

export const privateKey = resource({
    inputs: {
        algorithm: { type: "string", required: true, oneOf: ALGORITHMS },
        // Both are always in state, whatever the algorithm is. Go's RSA, too, refuses less than 1024 bits.
        rsaBits: { type: "integer", default: 2048, atLeast: 1024 },
        ecdsaCurve: { type: "string", default: "P224", oneOf: Object.keys(CURVES) as Curve[] },
    },
    outputs: {
        id: {},
        privateKeyPem: { secret: true },
        privateKeyPemPkcs8: { secret: true },
        privateKeyOpenssh: { secret: true },
        publicKeyPem: {},
        publicKeyOpenssh: {},
        publicKeyFingerprintMd5: {},
        publicKeyFingerprintSha256: {},
    },
    schemaVersion: 1,
    async create({ algorithm, rsaBits, ecdsaCurve }) {
        const key = await generateKey(algorithm, rsaBits, ecdsaCurve);
        const described = describePublicKey(key);
        return {
            id: described.id,
            outputs: {
                ...described,
                privateKeyPem: traditionalPem(key),
                privateKeyPemPkcs8: pkcs8Pem(key),
                privateKeyOpenssh: opensshPem(key),
            },
        };
    },
});
