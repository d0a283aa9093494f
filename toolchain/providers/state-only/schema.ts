/**
 * How a resource that exists only in the state is declared: a table of its inputs and outputs, and how it is made.
 *
 * Such a resource (a password, a key, a certificate) has nothing behind it: create makes the values, read hands back
 * what the state holds, delete does nothing. What differs from type to type is data.
 */
import type { CheckFailure } from "../../plugin/provider";
import type { Plain, PlainMap, PropertyMap } from "../../plugin/values";

export type Schema = Readonly<Record<string, Property>>;

/** `strings` is a list of strings, `map` is string to string, and a {@link Schema} is a nested object. */
export type PropertyType = "string" | "integer" | "boolean" | "strings" | "map" | Schema;

/** An input. Unless it says otherwise, a change of it replaces the resource. */
export interface Property {
    readonly type: PropertyType;
    readonly required?: true;
    /** Stored in the outputs where the program says nothing, as in the official plugin. */
    readonly default?: Plain;
    /** Encrypted in state even where the program does not mark it. */
    readonly secret?: true;
    /** The accepted values of the string, or of each string in the list. */
    readonly oneOf?: readonly string[];
    readonly atLeast?: number;
    /** Becomes part of the resource's id, which the engine stores in the clear: a secret is refused. */
    readonly inId?: true;
    /** Refuses the input; the text says what to use instead. */
    readonly refused?: string;
    /** Where the program says nothing, the value in state stays ("optional and computed" in Terraform's words). */
    readonly kept?: true;
    /** True where a change of this from `old` needs no new resource. */
    readonly updates?: (old: Plain | undefined, wanted: Plain | undefined) => boolean;
}

export interface Output {
    readonly secret?: true;
}

export interface Made {
    readonly id: string;
    readonly outputs: PlainMap;
}

export interface Imported {
    readonly id: string;
    /** Inputs and outputs alike. */
    readonly properties: PlainMap;
}

/** The TypeScript type of an input of type `T`. */
type Typed<T extends PropertyType> = T extends "integer"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends "strings"
        ? string[]
        : T extends "map"
          ? Record<string, string>
          : T extends "string"
            ? string
            : PlainMap;

type ValueOf<P extends Property> = P extends { type: "string"; oneOf: readonly (infer One extends string)[] }
    ? One
    : Typed<P["type"]>;

type Present<S extends Schema> = {
    [K in keyof S]: S[K] extends { required: true } | { default: Plain } ? K : never;
}[keyof S];

/** The shape of inputs that have passed the table `S`: everything that is required or has a default is there. */
export type InputsOf<S extends Schema> = { readonly [K in Present<S>]: ValueOf<S[K]> } & {
    readonly [K in Exclude<keyof S, Present<S>>]?: ValueOf<S[K]>;
};

export interface Declaration<S extends Schema> {
    readonly inputs: S;
    readonly outputs: Readonly<Record<string, Output>>;
    /** Schema version of the upstream Terraform resource; the official plugin upgrades a state with a lower one. Absent means 0. */
    readonly schemaVersion?: number;
    /**
     * Rules across inputs. They get the inputs that are known and well-formed, with defaults; `unsettled` names the others that the program gives.
     */
    readonly validate?: (inputs: Partial<InputsOf<S>>, unsettled: ReadonlySet<string>) => CheckFailure[];
    /** Values that follow from others, added to inputs with their defaults; anything in them may be unknown. */
    readonly derive?: (inputs: PropertyMap) => PropertyMap;
    readonly create: (inputs: InputsOf<S>, now: Date) => Made | Promise<Made>;
    /** Makes a state from the id that the user passes to `pulumi import`. Where it is absent, the type cannot be imported. */
    readonly import?: (id: string) => Imported | Promise<Imported>;
    /** Says when the passing of time alone asks for a new resource. */
    readonly renewal?: Renewal;
}

export interface Renewal {
    /** The output that tells whether renewal is due. */
    readonly output: string;
    readonly due: (state: PlainMap, now: Date) => boolean;
}

/** A declaration of any table. */
export interface StateOnlyResource extends Omit<Declaration<Schema>, "validate" | "create"> {
    readonly validate?: (inputs: PlainMap, unsettled: ReadonlySet<string>) => CheckFailure[];
    readonly create: (inputs: PlainMap, now: Date) => Made | Promise<Made>;
}

/** Drops the shape of the inputs from the type, which is safe because every caller reads them by the same table first. */
export function resource<const S extends Schema>(declaration: Declaration<S>): StateOnlyResource {
    return declaration as unknown as StateOnlyResource;
}
