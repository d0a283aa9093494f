/** The parts of a site and what each needs; the hosts in its plan are resolved to the parts that serve them. Pure. */
import type { AuditShipperPlan } from "../cluster/control-plane/plan-audit-shipper";
import { AUDIT_SHIPPER } from "../conventions/audit";
import type { EmbassyPlan } from "./embassy-plan";
import { DOMAIN } from "../networking/addresses";
import type { Need, Part } from "./boot-order";
import { CERT_MANAGER } from "../keys/plan-cert-manager";
import type { DatabasePlan } from "../registries/plan-database";
import { MONITORING } from "../conventions/monitoring";
import { EDGE, type EdgePlan } from "../edge/plan";

type Planned = Pick<
    EmbassyPlan,
    "imageOrigin" | "network" | "authority" | "objectStore" | "auditShipper" | "registries" | "edge" | "monitoring"
>;
type Serving = (host: string) => Pick<Need, "on" | "at">;

const CLUSTER: Need = { on: "cluster", why: "machines and an API server" };
const KEYS: Need = { on: "keys", why: "certificates and secrets" };
const DISKS: Need = { on: "disks", why: "volumes" };
const DNS: Need = { on: "dns", why: "names" };
/** What a part needs that gives cert-manager an authority. Other parts need cert-manager only after some weeks. */
const RENEWAL: Need = { on: CERT_MANAGER, why: "renewed certificates", without: "goes on with those that it has" };

export function bootParts(plan: Planned): Part[] {
    const { imageOrigin, authority, auditShipper, registries, edge, monitoring } = plan;
    const serving = servedBy(plan);
    const [imageHost = ""] = imageOrigin.registry.split(":");
    const images = serving(imageHost);
    const [, , rootHolder = ""] = authority.rootStack.split("/");
    return [
        // The site's own image registry is one of its machines.
        { name: "cluster", needs: images.at === undefined ? [] : [{ ...images, why: `images of ${imageHost}` }] },
        {
            name: "keys",
            needs: authority.holdsRoot
                ? []
                : [
                      {
                          on: "keys",
                          at: rootHolder,
                          why: "its intermediate and the registries' secrets",
                          without:
                              "reads them in the state of its stack, and what was issued lasts ([lifetimes](lifetimes.md))",
                      },
                  ],
        },
        { name: "disks", needs: [CLUSTER] },
        { name: "dns", needs: [CLUSTER] },
        { name: CERT_MANAGER, needs: [CLUSTER, KEYS] },
        {
            name: "object-store",
            needs: [CLUSTER, KEYS, DISKS, { ...DNS, without: "serves, and what tests and purges it at night fails" }],
        },
        ...(auditShipper === undefined
            ? []
            : [{ name: AUDIT_SHIPPER, needs: [CLUSTER, KEYS, kept(auditShipper, serving)] }]),
        ...registries.map(({ name, database }) => ({
            name,
            needs: [CLUSTER, KEYS, DISKS, DNS, ...namedBy(database, serving)],
        })),
        ...(edge === undefined ? [] : [{ name: EDGE, needs: [CLUSTER, KEYS, RENEWAL, ...asked(edge)] }]),
        ...(monitoring === undefined
            ? []
            : [
                  {
                      name: MONITORING,
                      needs: [
                          CLUSTER,
                          KEYS,
                          DISKS,
                          { ...DNS, without: "reports that no member answers" },
                          ...monitoring.heard.map((host) => ({
                              ...serving(host),
                              why: "the other site's heartbeat",
                              without: "says that it is not heard",
                          })),
                      ],
                  },
              ]),
    ];
}

/** Where the audit log is stored. */
function kept({ store }: AuditShipperPlan, serving: Serving): Need {
    return { ...serving(store.host), why: "the audit log", without: "keeps it, and stores it later" };
}

/** What the edge asks. It tells allies which of these does not answer. */
function asked({ databases }: EdgePlan): Need[] {
    const without = "answers 503";
    return [{ ...DNS, without }, ...Object.keys(databases).map((on) => ({ on, why: "answers", without }))];
}

/** What a database needs, by the hosts in its plan. */
function namedBy({ stores, origin, lease }: DatabasePlan, serving: Serving): Need[] {
    const needs: Need[] = [{ ...serving(stores.own), why: "backups" }];
    if (stores.partner !== undefined) {
        needs.push({ ...serving(stores.partner), why: "second copies", without: "stores them later" });
    }
    switch (origin.kind) {
        case "primary":
            const follows = "has what it had, and follows later; only a first start waits";
            needs.push({ ...serving(origin.host), why: "what is written", without: follows });
            break;
        case "stored":
            const disk = "reads its disk, where its store does not answer ([restore](decisions/restore.md))";
            needs.push({ ...serving(origin.store), why: "what is restored", without: disk });
            break;
        case "empty":
    }
    if (lease.role === "primary") {
        const ends = "reads, and writes until the lease that it had ends ([one primary](decisions/one-primary.md))";
        needs.push({ ...serving(lease.partnerHost), why: "a lease to write", without: ends });
    }
    return needs;
}

function servedBy({ network, objectStore }: Planned): Serving {
    return (host) => {
        const other = Object.keys(network.peers).find((peer) => host.endsWith(`.${peer}.${DOMAIN}`));
        return other === undefined
            ? { on: objectStore.dnsNames.includes(host) ? "object-store" : host }
            : { on: host, at: other };
    };
}
