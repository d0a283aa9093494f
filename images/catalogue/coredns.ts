/** A site's DNS server: one static program and nothing else. */
import type { Image } from "../declaration";

export const coredns: Image = {
    name: "coredns",
    packages: [],
    programs: [{ part: "coredns", path: "/usr/bin/coredns" }],
    // As in infra/kubernetes/workload.ts: a number that is nobody's.
    user: { uid: 65535, gid: 65535 },
    entrypoint: ["/usr/bin/coredns"],
};
