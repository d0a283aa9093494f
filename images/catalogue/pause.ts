/** The process that holds a pod's namespaces and reaps its orphans: one static program and nothing else. */
import type { Image } from "../declaration";

export const pause: Image = {
    name: "pause",
    packages: ["catatonit"],
    // Another name for it, where podman looks.
    leaveOut: ["/usr/libexec/podman"],
    // What Kubernetes' own pause image runs as: a number that is nobody's.
    user: { uid: 65535, gid: 65535 },
    entrypoint: ["/usr/bin/catatonit", "-P"],
};
