/** Makes the folder of the API server's audit log as a machine of a control plane has it: infra/cluster/machines/kubeadm.ts. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { AUDIT_SENT } from "../infra/conventions/audit";
import { AGENT_USER } from "../infra/conventions/users";
import { makeDirectory } from "../command-line/files";
import type { SitePaths } from "./paths";

/** The agent that stores the log elsewhere reads it by its group, and writes in a folder of its own. Only root can do this. */
export async function prepareAuditLog({ audit, auditLog }: Pick<SitePaths, "audit" | "auditLog">): Promise<void> {
    const { uid, gid } = AGENT_USER;
    const sent = path.join(audit, AUDIT_SENT);
    await makeDirectory(sent);
    await fs.chown(audit, 0, gid);
    await fs.chmod(audit, 0o750);
    await fs.chown(sent, uid, gid);
    // A file that is there is left as it is, but for who may read it.
    await fs.appendFile(auditLog, "");
    await fs.chown(auditLog, 0, gid);
    await fs.chmod(auditLog, 0o640);
}
