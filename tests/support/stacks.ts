/** Reads stack files together with the project's values. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { wholeConfig, wholeStackDocument } from "../../toolchain/cli/project-config";

const ROOT = join(__dirname, "..", "..");

/** The text of a complete stack file, with the values that the project has for every stack. */
export function stackText(stack: string): string {
    return wholeStackDocument(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")).toString({
        lineWidth: 0,
        flowCollectionPadding: false,
    });
}

const read = new Map<string, Record<string, unknown>>();

/** The configuration of a stack, as the engine passes it to the program; a copy, which the caller may change. */
export function stackValues(stack: string): Record<string, unknown> {
    const values = read.get(stack) ?? wholeConfig(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8"));
    read.set(stack, values);
    return structuredClone(values);
}

/** The part of `storage` by which a stack asks for copies in a public cloud. */
export const PUBLIC_CLOUD = {
    endpoint: "s3.cloud.example",
    address: "192.0.2.7",
    region: "north",
    bucket: "estonian-legislation",
    credentials: "public-cloud",
    registries: ["legislation"],
} as const;

/** The section by which a stack asks to be watched. */
export const MONITORING_KEY = "data-embassy:monitoring";
export const MONITORING = { retentionDays: 30, storage: "20Gi" } as const;

/** Who may open its status page, from a range of addresses kept for documents (RFC 5737): a test comes by the lab's own relay. */
export const VIEWERS = { persons: { duty: { issued: 1 } }, networks: ["198.51.100.0/24"] } as const;

/** Who outside is told of alerts, at addresses kept for documents. @param authority PEM of that behind both servers' certificates */
export function receiversTrusting(authority: string): object {
    return {
        duty: {
            severities: ["page", "ticket"],
            webhook: {
                authority,
                address: "192.0.2.25",
                url: "https://alerts.state.example/embassy",
                credentials: "duty-webhook",
            },
        },
        office: {
            severities: ["ticket"],
            mail: {
                authority,
                address: "192.0.2.26",
                from: "embassy@state.example",
                to: ["office@state.example"],
                host: "mail.state.example",
                user: "embassy",
                credentials: "office-mail",
            },
        },
    };
}

/** The same where nobody asks their servers. The key of this authority is nowhere. */
export const RECEIVERS = receiversTrusting(`-----BEGIN CERTIFICATE-----
MIIBVzCCAQmgAwIBAgIULqSPrqRovBVn+246YH45EozCoTAwBQYDK2VwMCAxHjAc
BgNVBAMMFVN0YXRlIHNlcnZpY2VzICh0ZXN0KTAgFw0yNjExMzAxMTUzMDhaGA8y
MTI2MTEwNjExNTMwOFowIDEeMBwGA1UEAwwVU3RhdGUgc2VydmljZXMgKHRlc3Qp
MCowBQYDK2VwAyEA/5jUvDO4KkK4/ERg/koFRFbdAwR5vfkaHIeQ7s/WMayjUzBR
MB0GA1UdDgQWBBSpWVVdX4veqMQEGHrh8Mi2TS9gJTAfBgNVHSMEGDAWgBSpWVVd
X4veqMQEGHrh8Mi2TS9gJTAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBALyBdJf4
epdAYvd7mC5f30cfRtpuWXI3Ba2mLAHpE0yjvDCNeNRAWeOMbENjP+HvEyCoAGOm
DZUHSFv2M0UiagI=
-----END CERTIFICATE-----
`);

/** The configuration of a stack that is watched. @param more keys of that section */
export function watchedValues(stack: string, more: object = {}): Record<string, unknown> {
    return { ...stackValues(stack), [MONITORING_KEY]: { ...MONITORING, ...more } };
}

/** All stacks that have a file. */
export const STACKS = readdirSync(ROOT)
    .map((file) => /^Pulumi\.([a-z]+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined);
