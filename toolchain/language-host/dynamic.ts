/**
 * `pulumi-resource-pulumi-nodejs`: resources whose provider is written in the program itself (dynamic providers). The SDK brings
 * the provider; the engine asks for an executable that starts it, in the program's folder.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

// This is not part of the bundle: what the program turned into text must be read by the version that wrote it.
createRequire(join(process.cwd(), "package.json"))("@pulumi/pulumi/cmd/dynamic-provider");
