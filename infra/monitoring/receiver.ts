/** Somebody outside the sites who is told of alerts: docs/alerts.md. */
import { z } from "zod";
import { isAuthority } from "../conventions/authority";
import { credentials, hostAddress, hostName } from "../conventions/host";
import { SEVERITIES } from "../conventions/monitoring";

const server = {
    address: hostAddress,
    /** The root that the server's certificate leads to, PEM. No other is trusted. */
    authority: z.string().refine(isAuthority, "must be the one certificate of the authority behind the server's, PEM"),
};
const mailAddress = z.email("must be an address of mail, such as duty@state.example");

/** Is sent each group of alerts as JSON: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const webhook = z.strictObject({
    url: z
        .string()
        .refine(
            isPlainUrl,
            "must be like https://alerts.example/embassy, with nothing secret in it: a token is in the Secret (credentials)",
        ),
    ...server,
    /** Secret with the key `token`, which is shown to the server (RFC 6750). */
    credentials: credentials.optional(),
});

/** Is sent mail over TLS (RFC 8314): from the first byte at port 465, and by STARTTLS at any other. */
const mail = z
    .strictObject({
        from: mailAddress,
        to: z.array(mailAddress).min(1, "must name one or more"),
        /** The state's own server, which takes mail for others. */
        host: hostName,
        port: z.int().min(1).max(65_535).default(587),
        ...server,
        user: z.string().min(1).optional(),
        /** Secret with the key `password` of that user. */
        credentials: credentials.optional(),
    })
    .superRefine(({ user, credentials: secret }, context) => {
        if ((user === undefined) !== (secret === undefined)) {
            const [path, other] = user === undefined ? ["user", "credentials"] : ["credentials", "user"];
            context.addIssue({ code: "custom", path: [path], message: `must be there where ${other} is` });
        }
    });

export const receiver = z
    .strictObject({
        /** Of which alerts it is told. */
        severities: z
            .array(z.enum(SEVERITIES))
            .min(1, `must name one or more of ${SEVERITIES.join(", ")}`)
            .default([...SEVERITIES]),
        webhook: webhook.optional(),
        mail: mail.optional(),
    })
    .superRefine((one, context) => {
        if ((one.webhook === undefined) === (one.mail === undefined)) {
            context.addIssue({ code: "custom", message: "must have one of webhook and mail" });
        }
    });

/** It becomes part of a volume's name, and of a folder's. */
const name = z
    .string()
    .regex(
        /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/,
        "must be a name of small letters, digits and hyphens, such as duty-officer",
    );

/** Name → who is told. */
export const receivers = z
    .record(name, receiver)
    .refine((all) => Object.keys(all).length > 0, "must name one or more; without any, leave receivers out");

export type Receivers = z.infer<typeof receivers>;
export type Receiver = Receivers[string];

/** The server that a receiver is told by. @throws Error for one that is told by none, which no configuration has */
export function serverOf({ webhook: hook, mail: post }: Receiver): { host: string; address: string; port: number } {
    if (hook !== undefined) {
        const { hostname, port } = new URL(hook.url);
        return { host: hostname, address: hook.address, port: port === "" ? 443 : Number(port) };
    }
    if (post === undefined) {
        throw new Error("a receiver has neither webhook nor mail");
    }
    return post;
}

function isPlainUrl(text: string): boolean {
    if (!URL.canParse(text)) {
        return false;
    }
    const { protocol, hostname, username, password, search, hash } = new URL(text);
    const secret = username + password + search + hash;
    return protocol === "https:" && secret === "" && hostName.safeParse(hostname).success;
}
