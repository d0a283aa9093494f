/** Drives a provider as the engine does: it checks inputs first, and passes values in the form in which a state holds them. */
import type { CheckFailure, DiffResult, Provider, ResourceState } from "../../../toolchain/plugin/provider";
import { type Plain, type PropertyMap, Secret, type Value, reveal } from "../../../toolchain/plugin/values";

export interface Stored extends ResourceState {
    readonly inputs: PropertyMap;
}

export class Harness {
    constructor(
        readonly provider: Provider,
        readonly type: string,
    ) {}

    private get target(): { urn: string; type: string; name: string } {
        return { urn: `urn:pulumi:test::test::${this.type}::it`, type: this.type, name: "it" };
    }

    async check(news: PropertyMap): Promise<{ inputs: PropertyMap; failures: readonly CheckFailure[] }> {
        const result = await this.provider.check({ ...this.target, olds: {}, news, randomSeed: new Uint8Array(32) });
        return { inputs: result.inputs, failures: result.failures ?? [] };
    }

    async failures(news: PropertyMap): Promise<string[]> {
        return (await this.check(news)).failures.map(({ reason }) => reason);
    }

    async create(news: PropertyMap, preview = false): Promise<Stored> {
        const { inputs, failures } = await this.check(news);
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("\n"));
        }
        const made = await this.provider.create({ ...this.target, properties: inputs, timeout: 0, preview });
        return { ...made, inputs };
    }

    async diff(
        old: Stored,
        news: PropertyMap,
        ignoreChanges: readonly string[] = [],
    ): Promise<DiffResult["detailedDiff"]> {
        const { inputs } = await this.check(news);
        const request = { id: old.id, oldInputs: old.inputs, olds: old.properties, news: inputs, ignoreChanges };
        const { detailedDiff, deleteBeforeReplace = false } = await this.provider.diff({ ...this.target, ...request });
        if (deleteBeforeReplace) {
            throw new Error("nothing here needs the old one gone before the new one is made");
        }
        return detailedDiff;
    }

    async update(old: Stored, news: PropertyMap): Promise<Stored> {
        const { inputs } = await this.check(news);
        const request = { id: old.id, oldInputs: old.inputs, olds: old.properties, news: inputs };
        const properties = await this.provider.update({ ...this.target, ...request, timeout: 0, preview: false });
        return { id: old.id, inputs, properties };
    }

    async refresh({ id, inputs, properties }: Stored): Promise<Stored> {
        const found = await this.provider.read({ ...this.target, id, inputs, properties });
        if (!found) {
            throw new Error("read says that the resource is gone");
        }
        return found;
    }

    async import(id: string): Promise<Stored> {
        return this.refresh({ id, inputs: {}, properties: {} });
    }
}

/** The names of the outputs that are secret. */
export function secrets(properties: PropertyMap): string[] {
    return Object.entries(properties)
        .filter(([, value]) => value instanceof Secret)
        .map(([name]) => name)
        .sort();
}

export function plain(value: Value | undefined): Plain {
    return reveal(value ?? null);
}

export function text(value: Value | undefined): string {
    const revealed = plain(value);
    if (typeof revealed !== "string") {
        throw new Error(`expected a string, found ${typeof revealed}`);
    }
    return revealed;
}
