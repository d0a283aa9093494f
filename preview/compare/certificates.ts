/** Finds certificates that are issued again, because their inputs change, or a key or request that they are made of. Pure. */
import type { Pair } from "./objects";
import { described, kindOf } from "./show";

const ISSUED = ["SelfSignedCert", "LocallySignedCert", "Certificate"];

export function certificatesOf(pairs: readonly Pair[]): string[] {
    const byUrn = new Map(pairs.map((pair) => [pair.urn, pair]));
    const known = new Map<string, boolean>();
    const isNew = (urn: string): boolean => {
        const pair = byUrn.get(urn);
        if (pair?.after === undefined) {
            return false;
        }
        const found = known.get(urn);
        if (found !== undefined) {
            return found;
        }
        known.set(urn, false);
        const own = pair.after.type.startsWith("tls:")
            ? ["create", "replace"].includes(pair.operation)
            : pair.operation === "create" || pair.changes.some(({ path }) => path.startsWith("spec."));
        // The objects of cert-manager wait for others without being made of them.
        const made =
            pair.after.type.startsWith("tls:") && pair.dependencies.some((one) => isTls(byUrn.get(one)) && isNew(one));
        known.set(urn, own || made);
        return own || made;
    };
    return pairs
        .filter(({ urn, after }) => after !== undefined && ISSUED.includes(kindOf(after)) && isNew(urn))
        .map(({ after }) => (after === undefined ? "" : described(after)));
}

function isTls(pair: Pair | undefined): boolean {
    return pair?.after?.type.startsWith("tls:") ?? false;
}
