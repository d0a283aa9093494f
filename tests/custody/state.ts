/** The state of the stack with the root, as `pulumi stack export --show-secrets` prints it. */
import { PROJECT } from "../../infra/conventions/names";
import { REGISTRIES } from "../../infra/conventions/registries";

const secret = (value: string): object => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});

/** @param without registries whose secrets the state lacks */
export function exportedState(without: readonly string[] = []): object {
    const resource = (type: string, name: string, outputs: object): object => ({
        urn: `urn:pulumi:tallinn::${PROJECT}::${type}::${name}`,
        type,
        custom: true,
        id: "none",
        outputs,
    });
    const key = { privateKeyPem: secret("root's key\n") };
    return {
        version: 3,
        deployment: {
            manifest: { time: "2026-03-01T12:00:00Z", magic: "", version: "" },
            resources: [
                resource("tls:index/privateKey:PrivateKey", "root-key", key),
                resource("tls:index/selfSignedCert:SelfSignedCert", "root-certificate", {
                    certPem: "root's certificate\n",
                }),
                ...REGISTRIES.filter((name) => !without.includes(name)).map((name) =>
                    resource("random:index/randomPassword:RandomPassword", `${name}-secret`, {
                        result: secret(`secret of ${name}`),
                    }),
                ),
            ],
        },
    };
}
