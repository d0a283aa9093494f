/** The process that holds a pod's namespaces and reaps its orphans: one static program and nothing else. */
import { NOBODY } from "../../infra/conventions/users";
import type { Image } from "../declaration";

export const pause: Image = {
    name: "pause",
    packages: ["catatonit"],
    // This is another name for it, where podman looks.
    leaveOut: ["/usr/libexec/podman"],
    user: NOBODY,
    entrypoint: ["/usr/bin/catatonit", "-P"],
};
