/** What watches a site: one static program and nothing else. */
import { AGENT_USER } from "../../infra/conventions/users";
import { PROGRAM } from "../../infra/conventions/programs";
import type { Image } from "../declaration";

export const prometheus: Image = {
    name: "prometheus",
    section: "monitoring",
    packages: [],
    programs: [{ part: "prometheus", path: PROGRAM.prometheus }],
    user: AGENT_USER,
    entrypoint: [PROGRAM.prometheus],
};
