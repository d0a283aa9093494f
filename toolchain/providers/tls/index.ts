/** `pulumi-resource-tls`. */
import { registerProvider } from "../../plugin/provider";
import { serve } from "../../plugin/serve";
import { tlsProvider } from "./provider";

serve((server) => registerProvider(server, tlsProvider()));
