/** Every image of the project. */
import type { Image } from "../declaration";
import { coredns } from "./coredns";
import { pause } from "./pause";
import { postgres } from "./postgres";

export const catalogue: readonly Image[] = [coredns, pause, postgres];
