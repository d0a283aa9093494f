/** The paths of what a run makes. Everything is below `embassyHome`, so that `npm run clean` can remove it. */
import { join, resolve } from "node:path";

/** The clone's top folder. */
export const repoRoot = resolve(__dirname, "..");

/** `.embassy/` in the clone, unless `EMBASSY_HOME` names another folder. */
export const embassyHome = resolve(process.env.EMBASSY_HOME || join(repoRoot, ".embassy"));

/** Programs that the toolchain builds: pulumi, etcd, kube-apiserver … */
export const binDir = join(embassyHome, "bin");

/** `PULUMI_HOME`, which holds the engine's plugins and workspaces. */
export const pulumiHome = join(embassyHome, "pulumi");

/** The stacks' state, which is a `file://` back end. */
export const stateDir = join(embassyHome, "state");
