/** What renews a site's certificates: one static program and nothing else. */
import { NOBODY } from "../../infra/conventions/users";
import type { Image } from "../declaration";

export const certManager: Image = {
    name: "cert-manager",
    packages: [],
    programs: [{ part: "cert-manager", path: "/usr/bin/cert-manager" }],
    user: NOBODY,
    entrypoint: ["/usr/bin/cert-manager"],
};
