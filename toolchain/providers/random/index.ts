/** `pulumi-resource-random`. */
import { registerProvider } from "../../plugin/provider";
import { serve } from "../../plugin/serve";
import { randomProvider } from "./provider";

serve((server) => registerProvider(server, randomProvider()));
