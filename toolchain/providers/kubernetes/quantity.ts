/**
 * Kubernetes quantities compared by value: "1Gi" is "1024Mi".
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** `digits × 10^exponent`, with no factor of ten left in `digits`, so that equal values are equal texts. */
function canonical(quantity: string): string | undefined {
    const match = QUANTITY.exec(quantity);
    if (!match) {
        return undefined;
    }
    const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
    if (whole + fraction === "") {
        return undefined;
    }
    const binary = Math.max(BINARY.indexOf(suffix), 0);
    let digits = BigInt(whole + fraction) << BigInt(10 * binary);
    let exponent = (binary > 0 ? 0 : decimalExponent(suffix)) - fraction.length;
    if (digits === 0n) {
        return "0";
    }
    while (digits % 10n === 0n) {
        digits /= 10n;
        exponent++;
    }
    return `${sign === "-" ? "-" : ""}${digits}e${exponent}`;
}

function decimalExponent(suffix: string): number {
    if (/^[eE][+-]?\d/.test(suffix)) {
        return Number(suffix.slice(1));
    }
    return DECIMAL[suffix] ?? 0;
}

/** True if both are quantities of the same value. */
export function sameQuantity(left: string | number, right: string | number): boolean {
    const canonicalLeft = canonical(String(left));
    return canonicalLeft !== undefined && canonicalLeft === canonical(String(right));
}
