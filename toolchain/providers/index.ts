/** The providers that this project stands in for, by the name of their package. */
import type { PROVIDERS } from "../build/parts";
import type { Provider } from "../plugin/provider";
import { KubernetesProvider } from "./kubernetes/provider";
import { randomProvider } from "./random/provider";
import { tlsProvider } from "./tls/provider";

export const providers: Readonly<Record<(typeof PROVIDERS)[number], () => Provider>> = {
    kubernetes: () => new KubernetesProvider(),
    random: randomProvider,
    tls: tlsProvider,
};
