/**
 * `pulumi-resource-pulumi-nodejs` serves resources whose provider is written in the program itself (dynamic providers). The SDK brings the
 * provider; the engine asks for an executable that starts it, in the program's folder.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

// The provider is not part of the bundle: the version of the SDK that turned the program into text must read it, too.
createRequire(join(process.cwd(), "package.json"))("@pulumi/pulumi/cmd/dynamic-provider");
