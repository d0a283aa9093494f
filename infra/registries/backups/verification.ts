import type { input } from "@pulumi/kubernetes/types";
import { agentContainer } from "../../kubernetes/agent";
import { AGENT_USER } from "../../conventions/users";
import { guaranteed, hardenedContainer } from "../../kubernetes/workload";
import type { RegistryPlan } from "../plan";
import { BACKUP_JOB } from "../plan";
import { findings } from "./inspect/found";

type Container = input.core.v1.Container;

/** Folder in which one container hands pgBackRest's output to the other. */
const FOUND = "found";
const FOLDER = `/${FOUND}`;
const SIZE = "256Mi";
/** Heap for a listing of some weeks' segments, at a megabyte for some thousands. */
const HEAP_MIB = 256;

/**
 * The containers of a pod that verifies what is in the site's own store: pgBackRest reads every byte of it, and the verifier counts what a
 * restore would look for and not find, by the rules of the restore (infra/registries/backups/inspect).
 *
 * @param mounts of pgBackRest
 */
export function verification(
    { name, image, agentsImage }: RegistryPlan,
    mounts: readonly input.core.v1.VolumeMount[],
): {
    readonly initContainers: Container[];
    readonly containers: Container[];
    readonly volumes: input.core.v1.Volume[];
} {
    const reading = hardenedContainer({
        name: "store",
        image,
        command: ["sh", "-c", findings(name, "own", FOLDER)],
        resources: guaranteed(BACKUP_JOB.cpu, BACKUP_JOB.memory),
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [...mounts, { name: FOUND, mountPath: FOLDER }],
    });
    const verifier = agentContainer("verifier", {
        image: agentsImage,
        // What it reads comes from the store, so that it runs as a user who writes nothing there.
        user: AGENT_USER,
        resources: BACKUP_JOB,
        heapMebibytes: HEAP_MIB,
        settings: { FOUND: FOLDER },
        mounts: [{ name: FOUND, mountPath: FOLDER, readOnly: true }],
    });
    return {
        initContainers: [reading],
        containers: [{ ...verifier, terminationMessagePolicy: "FallbackToLogsOnError" }],
        volumes: [{ name: FOUND, emptyDir: { sizeLimit: SIZE } }],
    };
}
