/** Every image of the project. */
import type { Image } from "../declaration";
import { agents } from "./agents";
import { coredns } from "./coredns";
import { objectStore } from "./object-store";
import { pause } from "./pause";
import { postgres } from "./postgres";

export const catalogue: readonly Image[] = [agents, coredns, objectStore, pause, postgres];
