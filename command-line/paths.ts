/** Where a run keeps what it makes. Everything is below `embassyHome`, so that `npm run clean` can remove it. */
import { join, resolve } from "node:path";

/** The clone's top folder. */
export const repoRoot = resolve(__dirname, "..");

/** `.embassy/` in the clone; `EMBASSY_HOME` moves it. */
export const embassyHome = resolve(process.env.EMBASSY_HOME || join(repoRoot, ".embassy"));

/** The programs that the toolchain builds: pulumi, etcd, kube-apiserver … */
export const binDir = join(embassyHome, "bin");

/** `PULUMI_HOME`: the engine's plugins and workspaces. */
export const pulumiHome = join(embassyHome, "pulumi");

/** The stacks' state, a `file://` back end. */
export const stateDir = join(embassyHome, "state");
