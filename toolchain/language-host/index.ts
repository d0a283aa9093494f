/** `pulumi-language-nodejs`: lets the engine run this project's programs and policy packs, with no vendor download. */
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { serve } from "../plugin/serve";
import { languageRuntime } from "./runtime";

// The engine passes its own address as the last argument, after flags of its own.
const engineAddress =
    process.argv
        .slice(2)
        .filter((argument) => !argument.startsWith("-"))
        .at(-1) ?? "";
// The companion is in the bundle's folder: toolchain/build/parts.ts.
const runtime = languageRuntime(engineAddress, __filename.replace(/\.cjs$/, ".preload.cjs"));

serve((server) => {
    server.addService(LanguageRuntimeService, runtime.handlers);
}, runtime.stop);
