/** Definitions of cert-manager's resources, out of its module: only the kinds that its controllers for renewals use. */
import { CERT_MANAGER, CERT_MANAGER_API } from "../infra/keys/plan-cert-manager";
import { definitions } from "./definitions";
import type { Manifest } from "./objects";

export function certManagerDefinitions(binDirectory: string): Manifest[] {
    const { group, version } = CERT_MANAGER_API;
    const names = ["certificates", "certificaterequests", "issuers", "clusterissuers"].map(
        (kind) => `${group}_${kind}`,
    );
    return definitions(binDirectory, { part: CERT_MANAGER, folder: "crds", names, version });
}
