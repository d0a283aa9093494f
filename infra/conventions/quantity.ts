import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = {
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
};
const QUANTITY = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** A Kubernetes quantity such as `500m`, `4Gi` (k8s.io/apimachinery/pkg/api/resource), positive. */
export const quantity = z
    .string()
    .regex(QUANTITY, "must be a Kubernetes quantity in quotes, such as 500m or 4Gi")
    .refine((text) => !QUANTITY.test(text) || amount(text) > 0, "must be more than zero");

/** The quantity as a number of cores or bytes. */
export function amount(text: string): number {
    const [, digits = "", unit = ""] = QUANTITY.exec(text) ?? [];
    const factor = UNITS[unit];
    if (digits === "" || factor === undefined) {
        throw new Error(`"${text}" is not a Kubernetes quantity such as 500m or 4Gi`);
    }
    return Number(digits) * factor;
}
