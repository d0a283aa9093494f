/** What every pod with the image of Postgres has. */
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { KEY_MODE } from "../kubernetes/workload";
import type { RegistryPlan } from "./plan";

export const VOLUME = {
    data: "data",
    run: "run",
    temporary: "tmp",
    files: "files",
    certificate: "certificate",
    repositories: "repositories",
} as const;

/** What the members' pods and those of the backup Jobs are both given. */
export interface PostgresArgs {
    readonly registry: RegistryPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    /** Secrets with the certificate, the members' or the backup Jobs' own, and with the way to the stores. */
    readonly certificate: pulumi.Input<string>;
    readonly repositories: pulumi.Input<string>;
}

export function keyVolumes({
    certificate,
    repositories,
}: Pick<PostgresArgs, "certificate" | "repositories">): input.core.v1.Volume[] {
    return [
        { name: VOLUME.certificate, secret: { secretName: certificate, defaultMode: KEY_MODE } },
        { name: VOLUME.repositories, secret: { secretName: repositories, defaultMode: KEY_MODE } },
    ];
}
