/** A site's DNS server: one static program and nothing else. */
import { NOBODY } from "../../infra/conventions/users";
import type { Image } from "../declaration";

export const coredns: Image = {
    name: "coredns",
    packages: [],
    programs: [{ part: "coredns", path: "/usr/bin/coredns" }],
    user: NOBODY,
    entrypoint: ["/usr/bin/coredns"],
};
