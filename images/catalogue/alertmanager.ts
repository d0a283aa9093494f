/** What tells receivers of alerts: one static program and nothing else. */
import { AGENT_USER } from "../../infra/conventions/users";
import { PROGRAM } from "../../infra/conventions/programs";
import type { Image } from "../declaration";

export const alertmanager: Image = {
    name: "alertmanager",
    section: "monitoring.receivers",
    packages: [],
    programs: [{ part: "alertmanager", path: PROGRAM.alertmanager }],
    user: AGENT_USER,
    entrypoint: [PROGRAM.alertmanager],
};
