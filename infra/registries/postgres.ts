/** What every pod has that runs the image of Postgres. */
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../cluster/workload";

/** postgres in Debian's package. */
export const POSTGRES: Identity = { uid: 100, gid: 102 };

/** Mounted Secrets: readable by the process's group, by nobody else. */
export const KEY_MODE = 0o440;

export const VOLUME = {
    data: "data",
    run: "run",
    temporary: "tmp",
    files: "files",
    certificate: "certificate",
    repositories: "repositories",
} as const;

/** Secrets: the members' certificate, and how to reach the stores. */
export function keyVolumes({
    certificate,
    repositories,
}: {
    readonly certificate: pulumi.Input<string>;
    readonly repositories: pulumi.Input<string>;
}): input.core.v1.Volume[] {
    return [
        { name: VOLUME.certificate, secret: { secretName: certificate, defaultMode: KEY_MODE } },
        { name: VOLUME.repositories, secret: { secretName: repositories, defaultMode: KEY_MODE } },
    ];
}
