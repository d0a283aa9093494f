/**
 * The gate: asks a registry's members to take the role that is declared, and waits until they have. It runs when a new role is declared,
 * before Patroni is told. If it fails, Patroni is not told.
 */
import { log, runAgent } from "../agent";
import { configMaps } from "../kubernetes";
import { settingsOf } from "../settings";
import { askFor } from "./ask";

const LOOK_MS = 1_000;

runAgent(async () => {
    const settings = settingsOf("gate");
    const role = settings.ROLE;
    const found = await askFor(configMaps(), {
        role,
        acceptLoss: settings.ACCEPT_LOSS,
        scope: settings.SCOPE,
        labels: settings.LABELS,
        patience: settings.PATIENCE_SECONDS * 1000,
        pause: LOOK_MS,
    });
    log(found, { role });
});
