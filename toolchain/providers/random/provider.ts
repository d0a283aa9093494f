/** The air-gap stand-in for the plugin of `@pulumi/random`. */
import { version } from "@pulumi/random/package.json";
import type { Provider } from "../../plugin/provider";
import { stateOnlyProvider } from "../state-only/provider";
import { randomInteger, randomShuffle } from "./draws";
import { randomBytesResource, randomId, randomUuid, randomUuid4, randomUuid7 } from "./identifiers";
import { randomPet } from "./pet";
import { randomPassword, randomString } from "./strings";

export function randomProvider(): Provider {
    return stateOnlyProvider({
        standsInFor: `@pulumi/random ${version}`,
        version,
        resources: {
            "random:index/randomBytes:RandomBytes": randomBytesResource,
            "random:index/randomId:RandomId": randomId,
            "random:index/randomInteger:RandomInteger": randomInteger,
            "random:index/randomPassword:RandomPassword": randomPassword,
            "random:index/randomPet:RandomPet": randomPet,
            "random:index/randomShuffle:RandomShuffle": randomShuffle,
            "random:index/randomString:RandomString": randomString,
            "random:index/randomUuid:RandomUuid": randomUuid,
            "random:index/randomUuid4:RandomUuid4": randomUuid4,
            "random:index/randomUuid7:RandomUuid7": randomUuid7,
        },
    });
}
