/**
 * What our own programs in the cluster are told: for each, the variables of its environment and what they hold. The program sets them
 * by this contract (infra/kubernetes/agent.ts), and the agents read them by it (agents/settings.ts), so that neither names one that the other
 * does not know. Pure.
 */
import { z } from "zod";
import { SITE_ROLES } from "./site";

const text = z.string().min(1);
/** The path of a mounted file or folder. A secret is in a file, never in the environment. */
const path = z.string().startsWith("/");
const NUMERAL = { decode: Number, encode: String };
/** A number that may be zero. */
const count = z.codec(z.string(), z.number("must be a number").nonnegative("must not be below zero"), NUMERAL);
const positive = z.codec(z.string(), z.number("must be a number").positive("must be above zero"), NUMERAL);
const flag = z.codec(z.enum(["true", "false"]), z.boolean(), {
    decode: (value) => value === "true",
    encode: (value) => (value ? "true" : "false"),
});

/** A value of this shape, as JSON. */
function json<T extends z.ZodType>(shape: T): z.ZodCodec<z.ZodString, T> {
    return z.codec(z.string(), shape, {
        decode: (value, context) => {
            try {
                return JSON.parse(value) as z.input<T>;
            } catch {
                context.issues.push({ code: "custom", input: value, message: "must be JSON" });
                return z.NEVER;
            }
        },
        encode: (value) => JSON.stringify(value),
    });
}

/** How an agent reaches the object store, as one of its users. */
const STORE = { STORE_URL: text, STORE_REGION: text, STORE_AUTHORITY: path };
const STORE_USER = { STORE_USER: text, STORE_SECRET: path };
const LOCKED = { BUCKETS: path, OBJECT_LOCK_DAYS: positive };

/** Registry → where its database is in the site. */
const databases = z.record(z.string(), z.object({ host: text, database: text }));
/** A server of the edge, and how it reaches the databases. */
const SERVER = { PORT: positive, CERTIFICATE: path };
const ASKS = {
    REQUESTS_PER_MINUTE: positive,
    DATABASES: json(databases),
    DATABASE_PORT: positive,
    DATABASE_USER: text,
    DATABASE_CERTIFICATE: path,
};

const labels = json(z.record(z.string(), z.string()));

/** Agent, by its folder in `agents` → its settings, in the order of its container's variables. */
export const SETTINGS = {
    "lease-agent": z.object({
        SCOPE: text,
        LABELS: labels,
        SOCKET: path,
        DATABASE_USER: text,
        CERTIFICATE: path,
        PORT: positive,
        PARTNER: text,
        PARTNER_HOST: text,
        /** Common names of the other site's lease agents. */
        PARTNER_NAMES: json(z.array(text)),
        LEASE_SECONDS: positive,
        PATIENCE_SECONDS: positive,
        MAXIMUM_LAG: count,
        MEMBERS: json(z.array(text)),
        WAL_SEGMENT: text,
        ASKING_ROLES: json(z.array(text)),
        ASKING_MILLISECONDS: positive,
        PATRONI_PORT: positive,
        PATRONI_NAME: text,
        MEMBER: text,
    }),
    gate: z.object({
        SCOPE: text,
        LABELS: labels,
        ROLE: z.enum(SITE_ROLES),
        ACCEPT_LOSS: flag,
        PATIENCE_SECONDS: positive,
    }),
    purger: z.object({
        ...STORE,
        ...STORE_USER,
        ...LOCKED,
        /** Buckets of which it also removes what nothing has hidden, once that is old enough. */
        EXPIRING: json(z.array(text)),
    }),
    "self-test": z.object({
        ...STORE,
        BACKUP_USER: text,
        BACKUP_SECRET: path,
        PURGER_USER: text,
        PURGER_SECRET: path,
        INSPECTOR_USER: text,
        INSPECTOR_SECRET: path,
        VIEWER_USER: text,
        VIEWER_SECRET: path,
        BUCKET: text,
        ...LOCKED,
        PATIENCE_SECONDS: positive,
    }),
    verifier: z.object({ FOUND: path }),
    "public-copy-uploader": z.object({
        ...STORE,
        READ_ID: path,
        READ_SECRET: path,
        BUCKET: text,
        CLOUD_URL: text,
        CLOUD_REGION: text,
        CLOUD_BUCKET: text,
        CLOUD_FOLDER: text,
        CLOUD_ID: path,
        CLOUD_SECRET: path,
    }),
    "edge-api": z.object({
        ...SERVER,
        /** Name of a certificate, `FI-1` → SHA-256 of its public key (SubjectPublicKeyInfo), in base64. */
        ADMITTED: json(z.record(z.string(), z.string())),
        ...ASKS,
    }),
    "audit-shipper": z.object({
        ...STORE,
        ...STORE_USER,
        BUCKET: text,
        SITE: text,
        /** The machine whose API server it is. */
        API_SERVER: text,
        LOG: path,
        SENT: path,
        INTERVAL_SECONDS: positive,
        PATIENCE_SECONDS: positive,
        PORT: positive,
    }),
    gazette: z.object({ ...SERVER, SITE: text, COUNTRY: text, ...ASKS }),
    "status-page": z.object({
        ...SERVER,
        SITE: text,
        /** Folder with the certificate to which Prometheus answers. */
        WATCHER: path,
        /** As at the edge, for the persons who may read. */
        ADMITTED: json(z.record(z.string(), z.string())),
        /** PEM of the authority of their certificates. */
        VIEWERS_AUTHORITY: text,
    }),
    exporter: z.object({ PORT: positive, ROLE: z.enum(SITE_ROLES) }),
} as const;

export type AgentName = keyof typeof SETTINGS;
/** An agent's settings, each value in its own type. */
export type Settings<Agent extends AgentName> = z.output<(typeof SETTINGS)[Agent]>;
export type Databases = z.output<typeof databases>;
