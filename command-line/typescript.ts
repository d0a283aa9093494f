/** Options with which Node.js runs the project's TypeScript, as `toolchain/bootstrap.js` starts a user's commands. */
import { join } from "node:path";
import { repoRoot } from "./paths";

export const TYPESCRIPT = ["--require", join(repoRoot, "toolchain", "typescript.js")] as const;
