/** Starts the plugin: `pulumi-resource-kubernetes <engine address>`. */
import { registerProvider } from "../../plugin/provider";
import { serve } from "../../plugin/serve";
import { KubernetesProvider } from "./provider";

const provider = new KubernetesProvider();
serve(
    (server) => registerProvider(server, provider),
    () => provider.cancel(),
);
