/** Refuses, before anything is made, what this release's Postgres cannot open. Pure. */
import { POSTGRES_MAJOR } from "../infra/conventions/postgres";
import type { BackupInfo, StanzaInfo } from "../infra/registries/backups/inspect/archive";
import { LabError } from "../lab/errors";

/**
 * A backup holds the files of a database, which only the major version opens that wrote them:
 * https://www.postgresql.org/docs/17/continuous-archiving.html
 *
 * @throws LabError naming the registry, the backup and both versions
 */
export function refuseOtherVersion({ name, db }: StanzaInfo, { label, database }: BackupInfo): void {
    const version = db.find(({ id }) => id === database.id)?.version;
    if (version !== POSTGRES_MAJOR) {
        throw new LabError(
            `${name} cannot be restored from its backup ${label}: that is of Postgres ${version ?? "an unknown version"}, this release runs ` +
                `${POSTGRES_MAJOR}, which cannot open it. Restore it with the release that stored it (git checkout), or, where there are later backups, ` +
                "to a later instant (--at). docs/restore.md#how-long-a-backup-can-be-restored",
        );
    }
}
