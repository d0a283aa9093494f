/** The environment in which the Pulumi CLI runs for this project. */
import { delimiter, join } from "node:path";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { commandOf, isAboutResources } from "./stack-file";
import { folderUrl } from "./states";

export type Toolchain = "modules" | "system";

/** Where the lab keeps the kubeconfig of a site's operator, who runs `pulumi up`: infra/cluster/access/plan-operator.ts. */
export function operatorKubeconfig(home: string, site: string): string {
    return join(home, "lab", site, "operator.kubeconfig");
}

/**
 * Kubeconfig files, joined as in KUBECONFIG: those of the lab's operators, unless `base` names others in EMBASSY_KUBECONFIG. KUBECONFIG itself may name a
 * kubeconfig of another project, so it is no default here.
 */
export function kubeconfigs(base: NodeJS.ProcessEnv, sites: readonly string[], home: string = embassyHome): string {
    return base["EMBASSY_KUBECONFIG"] ?? sites.map((site) => operatorKubeconfig(home, site)).join(delimiter);
}

/**
 * Variables for the CLI, over those of `base`. What the user has set for a back end, a passphrase or a kubeconfig wins.
 *
 * @param toolchain `modules`: the CLI and plugins that this project built; `system`: the user's own, found by PATH
 * @param home where state, passphrase and toolchain are
 * @param sites lab sites whose kubeconfigs are joined, as kubectl joins the files of KUBECONFIG
 */
export function pulumiEnvironment(
    base: NodeJS.ProcessEnv,
    toolchain: Toolchain,
    sites: readonly string[],
    home: string = embassyHome,
): NodeJS.ProcessEnv {
    const environment: NodeJS.ProcessEnv = {
        PULUMI_BACKEND_URL: folderUrl(home),
        ...base,
        KUBECONFIG: kubeconfigs(base, sites, home),
        PULUMI_SKIP_UPDATE_CHECK: "1",
        // A stack's salt is in its state, so that the stack file in git stays as it was committed.
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
        EMBASSY_HOME: home,
    };
    if (base["PULUMI_CONFIG_PASSPHRASE"] === undefined) {
        environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ??= join(home, "passphrase");
    }
    if (toolchain === "modules") {
        const own = [join(home, "bin"), join(repoRoot, "node_modules", ".bin")];
        environment["PATH"] = [...own, base["PATH"] ?? ""].join(delimiter);
        environment["PULUMI_HOME"] = join(home, "pulumi");
        // The engine lives for seconds, so it trades memory for less garbage collection, which would be a fifth of its work.
        environment["GOGC"] ??= "400";
        // A missing plugin is an error: the engine downloads nothing.
        environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true";
    }
    return environment;
}

/**
 * Variables that a preview gets in addition: it asks for several differences at once, where an update waits for each. The engine has that
 * switched off because it is new; a preview changes nothing, so it can use it.
 */
export function previewEnvironment(args: readonly string[]): NodeJS.ProcessEnv {
    return commandOf(args) === "preview" ? { PULUMI_PARALLEL_DIFF: "true" } : {};
}

/**
 * Variables that every command which may change a cluster gets in addition: the providers fail where the cluster does not answer, even if
 * nothing turns out to change. A preview continues from the state and says so.
 */
export function changingEnvironment(args: readonly string[]): NodeJS.ProcessEnv {
    return isAboutResources(args) && !["preview", "pre"].includes(commandOf(args))
        ? { EMBASSY_CLUSTER_MUST_ANSWER: "true" }
        : {};
}
