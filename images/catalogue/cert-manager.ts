/** What renews a site's certificates: one static program and nothing else. */
import type { Image } from "../declaration";

export const certManager: Image = {
    name: "cert-manager",
    packages: [],
    programs: [{ part: "cert-manager", path: "/usr/bin/cert-manager" }],
    // As in infra/kubernetes/workload.ts: a number that is nobody's.
    user: { uid: 65535, gid: 65535 },
    entrypoint: ["/usr/bin/cert-manager"],
};
