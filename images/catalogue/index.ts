/** Every image of the project. */
import type { Image } from "../declaration";
import { agents } from "./agents";
import { alertmanager } from "./alertmanager";
import { certManager } from "./cert-manager";
import { coredns } from "./coredns";
import { objectStore } from "./object-store";
import { pause } from "./pause";
import { postgres } from "./postgres";
import { prometheus } from "./prometheus";

export const catalogue: readonly Image[] = [
    agents,
    alertmanager,
    certManager,
    coredns,
    objectStore,
    pause,
    postgres,
    prometheus,
];
