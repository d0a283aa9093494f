/** Messages for the user, which the engine shows among those of its own. */
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

const DEADLINE_MS = 5000;

/** Shows a warning. It never throws, because a warning that cannot be shown is no reason to stop. */
export type Warn = (message: string) => Promise<void>;

/** @param engine the engine's address (host:port) @returns undefined where there is no engine */
export function warnAt(engine: string): Warn | undefined {
    if (!engine) {
        return undefined;
    }
    // Connects when there is something to say.
    const client = new EngineClient(engine, grpc.credentials.createInsecure());
    return (message) =>
        new Promise((resolve) => {
            const request = new LogRequest().setSeverity(LogSeverity.WARNING).setMessage(message);
            const options = { deadline: Date.now() + DEADLINE_MS };
            client.log(request, new grpc.Metadata(), options, () => resolve());
        });
}
