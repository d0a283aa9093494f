/** The air-gap stand-in for the plugin of `@pulumi/tls`. */
import { version } from "@pulumi/tls/package.json";
import { NotSupported, type Provider } from "../../plugin/provider";
import type { PropertyMap } from "../../plugin/values";
import { stateOnlyProvider } from "../state-only/provider";
import { certRequest } from "./cert-request";
import { locallySignedCert, selfSignedCert } from "./certs";
import { getCertificate, getPublicKey } from "./functions";
import { privateKey } from "./private-key";

type Invoke = (args: PropertyMap) => PropertyMap | Promise<PropertyMap>;

const functions: Readonly<Record<string, Invoke>> = {
    "tls:index/getCertificate:getCertificate": getCertificate,
    "tls:index/getPublicKey:getPublicKey": getPublicKey,
};

/** @param now the clock for validity and renewal */
export function tlsProvider(now?: () => Date): Provider {
    return {
        ...stateOnlyProvider({
            standsInFor: `@pulumi/tls ${version}`,
            version,
            resources: {
                "tls:index/certRequest:CertRequest": certRequest,
                "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
                "tls:index/privateKey:PrivateKey": privateKey,
                "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
            },
            ...(now && { now }),
        }),
        configure({ proxy }) {
            if (proxy) {
                throw new NotSupported(
                    "tls: proxy is not supported by the air-gap provider: leave it out, getCertificate connects directly",
                );
            }
        },
        invoke(token, args) {
            const invoked = Object.hasOwn(functions, token) ? functions[token] : undefined;
            if (!invoked) {
                const known = Object.keys(functions).join(", ");
                throw new NotSupported(`${token} is not a function of @pulumi/tls ${version}, which has ${known}`);
            }
            return invoked(args);
        },
    };
}
