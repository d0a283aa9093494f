/** Everything of the lab that expires. Each site's machines have authorities of their own, so that no site asks another. */
import { DAY_SECONDS, type Lifetime } from "../infra/site/lifetimes";
import { AUTHORITY_DAYS, LEAF_DAYS } from "./pki/ensure";
import { RESCUE_DAYS } from "./nodes/rescue";

const UP = "`npm run lab -- up`, from the site's own authority";

export const LAB_LIFETIMES: readonly Lifetime[] = [
    {
        name: "authority of a site's control plane, and of its etcd",
        seconds: AUTHORITY_DAYS * DAY_SECONDS,
        renewal: { from: "here", by: "`npm run lab -- up`" },
    },
    {
        name: "certificate of an API server, etcd, kubelet or controller",
        seconds: LEAF_DAYS * DAY_SECONDS,
        renewal: { from: "here", by: UP },
    },
    {
        name: "certificate of a restore environment's copy of a store",
        seconds: RESCUE_DAYS * DAY_SECONDS,
        renewal: { from: "nowhere", why: "an environment that lives longer is made again" },
    },
];
