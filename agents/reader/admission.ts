/** Who is let in, and how often. */
import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

/** Name of a certificate, `FI-1` → SHA-256 of its public key (SubjectPublicKeyInfo), in base64. */
export type Admitted = Readonly<Record<string, string>>;

/**
 * The certificate's name; undefined where its key is not, or no longer, admitted. The server has seen that the certificate is the
 * edge's own and in force: an authority's key alone, were it stolen, would let nobody in.
 */
export function admittedAs(socket: TLSSocket, admitted: Admitted): string | undefined {
    const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
    if (key === undefined) {
        return undefined;
    }
    const fingerprint = createHash("sha256").update(key).digest("base64");
    return Object.keys(admitted).find((name) => admitted[name] === fingerprint);
}

/** `FI` of `FI-2`: all certificates of an ally share its rate. */
export function allyOf(certificate: string): string {
    return certificate.replace(/-\d+$/, "");
}

export class Rates {
    private readonly limiter: RateLimiterMemory;

    constructor(requestsPerMinute: number) {
        this.limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
    }

    /** Counts a request. @returns undefined where there is room for it, else seconds until there is */
    async take(ally: string): Promise<number | undefined> {
        try {
            await this.limiter.consume(ally);
            return undefined;
        } catch (refused) {
            return Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000);
        }
    }
}
